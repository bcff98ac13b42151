/**
 * For the compiler alone: every public member of the double exists in the installed `electron.d.ts`,
 * and takes what the real one takes.
 */

import type { EventEmitter } from 'node:events'
import type * as Electron from 'electron'
import type * as Double from './electron.ts'

type AnyFunction = (...args: never[]) => unknown
type Public<T> = Exclude<keyof T, `_${string}` | keyof EventEmitter>
/** Members that the real one lacks. */
type Extra<A, B> = Exclude<Public<A>, keyof B>
/** Members whose required parameters the real one's callers would not give. */
type Unlike<A, B> = {
  [K in Public<A> & keyof B]: A[K] extends AnyFunction
    ? NonNullable<B[K]> extends infer F extends AnyFunction
      ? A[K] extends (...args: Parameters<F>) => unknown
        ? never
        : K
      : K
    : never
}[Public<A> & keyof B]
type None<T extends never> = T
type Window = InstanceType<typeof Double.BrowserWindow>

export type Checks = [
  None<Extra<typeof Double.app, Electron.App>>,
  None<Extra<Window, Electron.BrowserWindow>>,
  None<Extra<typeof Double.BrowserWindow, typeof Electron.BrowserWindow>>,
  None<Extra<Window['webContents'], Electron.WebContents>>,
  None<Extra<typeof Double.ipcMain, Electron.IpcMain>>,
  None<Extra<typeof Double.session.defaultSession, Electron.Session>>,
  None<Extra<InstanceType<typeof Double.Tray>, Electron.Tray>>,
  None<Extra<InstanceType<typeof Double.Menu>, Electron.Menu>>,
  None<Extra<typeof Double.shell, Electron.Shell>>,
  None<Extra<typeof Double.dialog, Electron.Dialog>>,
  None<Extra<typeof Double.safeStorage, Electron.SafeStorage>>,
  None<Extra<typeof Double.nativeTheme, Electron.NativeTheme>>,
  None<Extra<typeof Double.powerMonitor, Electron.PowerMonitor>>,
  None<Extra<typeof Double.screen, Electron.Screen>>,
  None<Extra<typeof Double.clipboard, Electron.Clipboard>>,
  None<Unlike<typeof Double.app, Electron.App>>,
  None<Unlike<Window, Electron.BrowserWindow>>,
  None<Unlike<Window['webContents'], Electron.WebContents>>,
  None<Unlike<typeof Double.shell, Electron.Shell>>,
  None<Unlike<typeof Double.safeStorage, Electron.SafeStorage>>,
]
