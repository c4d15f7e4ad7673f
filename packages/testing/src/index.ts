export { recordingLog, recordingRunner } from './recording-runner.ts'
export type { RecordingRunner, RunOptions } from './recording-runner.ts'
export { outputsBetweenJobs } from './outputs-between-jobs.ts'
export { runBundle } from './run-bundle.ts'
export type { BundleResult, BundleRun } from './run-bundle.ts'
export { startFaultyProxy } from './faulty-proxy.ts'
export type { Fault, FaultRule, FaultyProxy, ProxyTarget, SeenRequest } from './faulty-proxy.ts'
export { startCuttingProxy } from './cutting-proxy.ts'
export type { Cut, CuttingProxy } from './cutting-proxy.ts'
export { registryHoldings } from './registry-holdings.ts'
export type { RegistryHoldings } from './registry-holdings.ts'
export { writeLayout } from './oci-layout.ts'
export type { LayoutContent, WrittenLayout } from './oci-layout.ts'
export { startFakeGitHub } from './github/fake-github.ts'
export type {
  FakeGitHub,
  FakeGitHubOptions,
  GitHubFault,
  GitHubRequest,
} from './github/fake-github.ts'
export type { OperationName, Permission, Permissions } from './github/operations.ts'
export type {
  FakeAnalysis,
  FakeComment,
  FakeGitHubRepository,
  RepositorySettings,
} from './github/repository.ts'
export type { OciRequest, OciResponse } from './oci/oci-request.ts'
export { SignatureProblem, verifySignature } from './oci/verify-signature.ts'
export { fakeArtifacts } from './oci/artifacts.ts'
export type { FakeArtifactsState, FakeImage, FakeRepository } from './oci/artifacts.ts'
export { fakeIdentity } from './oci/fake-identity.ts'
export type { FakeIdentity, IssuedSession } from './oci/fake-identity.ts'
export { fakeOci } from './oci/fake-oci.ts'
export type { FakeOci, FakeOciSettings, OciFault, OpenService } from './oci/fake-oci.ts'
export { serveOci } from './oci/serve-oci.ts'
export type { ServedOci } from './oci/serve-oci.ts'
export type { Caller, FakeService, ServiceRequest } from './oci/service.ts'
export { fakeGithubOidc } from './oci/github-oidc.ts'
export type { FakeGithubClaims, FakeGithubOidc } from './oci/github-oidc.ts'
export { fakeTokenExchange } from './oci/token-exchange.ts'
export type { FakeRule, FakeTrust } from './oci/token-exchange.ts'
export { fakeInstanceFederation, fakeSessionRefresh, fakeUserSession } from './oci/auth-service.ts'
export type { FakeAuthSettings } from './oci/auth-service.ts'
export { fakeInstanceMetadata } from './oci/instance-metadata.ts'
export type { FakeInstance } from './oci/instance-metadata.ts'
export { fakeVulnerabilityScanning } from './oci/vulnerability-scanning.ts'
export type { FakeScanResult } from './oci/vulnerability-scanning.ts'
export { authenticateClusterToken, fakeContainerEngine } from './oci/container-engine.ts'
export type { FakeCluster } from './oci/container-engine.ts'
export { fakeTenancy } from './oci/tenancy.ts'
export type { FakeTenancy } from './oci/tenancy.ts'
export { fakeRegistryAccess } from './oci/registry-access.ts'
export { fakeRegistryToken } from './oci/registry-token.ts'
export { startFakeSigstore } from './sigstore/fake-sigstore.ts'
export type { FakeSigstore } from './sigstore/fake-sigstore.ts'
export { fakeContainerSignatures } from './oci/container-signatures.ts'
export type {
  FakeImageSignature,
  FakeSignaturesState,
  FakeSignedImage,
} from './oci/container-signatures.ts'
export { fakeVault, fakeVaultKey } from './oci/vault.ts'
export type { FakeVaultKey } from './oci/vault.ts'
export { certify, certifyServer } from './certificates.ts'
export type { Certified } from './certificates.ts'
export { startClusterGateway } from './cluster/cluster-gateway.ts'
export type { ClusterGateway, GatewaySettings } from './cluster/cluster-gateway.ts'
export { startFakeOke } from './cluster/fake-oke.ts'
export type { FakeOke, FakeOkeSettings } from './cluster/fake-oke.ts'
export { startConnectProxy } from './connect-proxy.ts'
export type { ConnectProxy, ConnectProxySettings } from './connect-proxy.ts'
export { tarOf } from './tar.ts'
