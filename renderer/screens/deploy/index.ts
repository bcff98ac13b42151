/** From a wish to a running workload: the form, what would happen, what happens. */
export { DeployScreen } from './deploy-screen.tsx'
