/** From a wish to a running workload: ways to say it, what would happen, what happens. */

export { DeployScreen } from './deploy-screen.tsx'
export { createDeployState, DeployProvider } from './deploy-state.tsx'
