import { startAction } from '@oke-pipeline/core'
import { main } from './main.ts'
import { post } from './post.ts'

await startAction({ name: 'deploy-oke', main, post })
