/**
 * Sets every fuse by the project's own @electron/fuses: those of `electron-builder.yml`, and the one
 * that electron-builder has no key for. All must be stated, so that a new Electron cannot bring a
 * fuse that nobody has looked at.
 */
import path from 'node:path'
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses'

export default async function afterPack(context) {
  const stated = context.packager.config.electronFuses
  if (!stated) throw new Error('electron-builder.yml states no fuses.')
  await flipFuses(programOf(context), {
    version: FuseVersion.V1,
    resetAdHocDarwinSignature: context.electronPlatformName === 'darwin',
    strictlyRequireAllFuses: true,
    [FuseV1Options.RunAsNode]: stated.runAsNode,
    [FuseV1Options.EnableCookieEncryption]: stated.enableCookieEncryption,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]:
      stated.enableNodeOptionsEnvironmentVariable,
    [FuseV1Options.EnableNodeCliInspectArguments]: stated.enableNodeCliInspectArguments,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]:
      stated.enableEmbeddedAsarIntegrityValidation,
    [FuseV1Options.OnlyLoadAppFromAsar]: stated.onlyLoadAppFromAsar,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]:
      stated.loadBrowserProcessSpecificV8Snapshot,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: stated.grantFileProtocolExtraPrivileges,
    // WebAssembly traps by signal handlers, as Chromium does: faster, and nothing weaker.
    [FuseV1Options.WasmTrapHandlers]: true,
  })
}

function programOf({ appOutDir, electronPlatformName, packager }) {
  const { productFilename } = packager.appInfo
  switch (electronPlatformName) {
    case 'darwin':
      return path.join(appOutDir, `${productFilename}.app`)
    case 'win32':
      return path.join(appOutDir, `${productFilename}.exe`)
    default:
      return path.join(appOutDir, packager.executableName)
  }
}
