/** What this computer is, gives and runs. */
export { ComputerScreen } from './computer-screen.tsx'
