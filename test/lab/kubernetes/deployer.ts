import type { KubernetesDetails } from '../parts/kubernetes.ts'
export async function createDeployer(_k: KubernetesDetails): Promise<void> { await Promise.resolve() }
