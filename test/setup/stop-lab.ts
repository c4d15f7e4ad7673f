import { keptLab } from './lab.ts'

export default async function stopLabForTests(): Promise<void> {
  await keptLab()?.stop()
}
