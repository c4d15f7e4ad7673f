import { startAction } from '@oke-pipeline/core'
import { main } from './main.ts'

await startAction({ name: 'clean-ocir', main })
