/** The network's own authority, for browsers and programs that are to trust its names. */
import { writeFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import type { Act } from '../run.ts'

export function trustCommand(program: Command, act: Act): void {
  program
    .command('trust')
    .summary('the network’s certificate, and how to trust it')
    .description(
      'Prints the certificate of the network’s own authority. Whoever trusts it can reach workloads ' +
        'over HTTPS by their names in this network; it is good for no other names.',
    )
    .option('--out <file>', 'write it there')
    .addHelpText('after', '\nExample:\n  mycelium trust --out garden.pem')
    .action(act(trust))
}

async function trust(context: Context, _: string[], { out }: { out?: string }): Promise<void> {
  const node = await context.node()
  const answer = await node.call.edge.authority()
  if (out !== undefined) await writeFile(out, answer.certificate)
  const file = out ?? 'FILE'
  context.answer(answer, () => {
    return out === undefined ? answer.certificate.trimEnd() : `The certificate is in ${out}.`
  })
  context.notice(
    [
      '',
      `Good for names below ${answer.zones.join(' and ')} alone, until ${answer.validUntil}.`,
      'Fingerprint of its key (SHA-256), the same on every computer of the network:',
      `  ${answer.fingerprint}`,
      '',
      'To trust it on this computer:',
      `  Firefox: Settings, Certificates, View Certificates, Authorities, Import ${file}; tick “websites”`,
      `  Chrome and Edge on Linux: certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n mycelium -i ${file}`,
      `  macOS: sudo security add-trusted-cert -d -k /Library/Keychains/System.keychain ${file}`,
      `  Windows, as administrator: certutil -addstore Root ${file}`,
      `  Debian: sudo cp ${file} /usr/local/share/ca-certificates/mycelium.crt && sudo update-ca-certificates`,
      `  curl: curl --cacert ${file} https://…      Node: NODE_EXTRA_CA_CERTS=${file}`,
      'Take it out of the same place to trust it no longer.',
    ].join('\n'),
  )
}
