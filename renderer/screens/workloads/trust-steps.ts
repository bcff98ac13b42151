/** Where each system takes a certificate that it is to trust, as `mycelium trust` says it too. */
export const TRUST_FILE = 'mycelium.pem'

interface TrustStep {
  system: 'firefox' | 'chromeLinux' | 'mac' | 'windows' | 'debian'
  /** In the folder of the file; none where it is done by hand. */
  command?: string
}

export function trustSteps(): TrustStep[] {
  const chrome = 'certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n mycelium -i'
  const mac = 'sudo security add-trusted-cert -d -k /Library/Keychains/System.keychain'
  const debian = '/usr/local/share/ca-certificates/mycelium.crt && sudo update-ca-certificates'
  return [
    { system: 'firefox' },
    { system: 'chromeLinux', command: `${chrome} ${TRUST_FILE}` },
    { system: 'mac', command: `${mac} ${TRUST_FILE}` },
    { system: 'windows', command: `certutil -addstore Root ${TRUST_FILE}` },
    { system: 'debian', command: `sudo cp ${TRUST_FILE} ${debian}` },
  ]
}
