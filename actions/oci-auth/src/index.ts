import { messageOf, startAction, systemClock } from '@oke-pipeline/core'
import { clusterTokenWord } from './cluster-configuration.ts'
import { clusterCredential } from './cluster-credential.ts'
import { main } from './main.ts'
import { post } from './post.ts'

const [, , word, file = ''] = process.argv
if (word === clusterTokenWord) await giveClusterToken()
else await startAction({ name: 'oci-auth', main, post })

/** kubectl shows what its credential plugins write to standard error. */
async function giveClusterToken(): Promise<void> {
  try {
    process.stdout.write(`${await clusterCredential(file, process.env, systemClock)}\n`)
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = 1
  }
}
