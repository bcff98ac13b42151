import type { Status } from '../../../node-core/api/contract/index.ts'
import { CopyText, Fact, Facts } from '../../design/index.ts'
import { shortId } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'

export function Reach({ status }: { status: Status }) {
  const { t } = useText()
  return (
    <section>
      <h2>{t('computer.reach')}</h2>
      <p>
        {t(`computer.tier.${status.discoveryTier}`)}{' '}
        <span className="quiet figure">{t('computer.peers', { count: status.peers })}</span>
      </p>
      <Facts>
        <Fact name={t('computer.addresses')}>
          {status.node.addresses.map((address) => (
            <code key={address} className="computer-address">
              {address}
            </code>
          ))}
        </Fact>
        {status.edge && (
          <Fact name={t('computer.gateway')}>
            <code>{status.edge}</code>
          </Fact>
        )}
        {status.tls && (
          <Fact name={t('computer.secureGateway')}>
            {status.tls.port === undefined ? (
              t('computer.secureGatewayClosed')
            ) : (
              <code>{`https://*.${status.tls.zones[0]}:${status.tls.port}`}</code>
            )}
          </Fact>
        )}
        {status.api && (
          <Fact name={t('computer.api')}>
            <code>{status.api}</code>
          </Fact>
        )}
      </Facts>
    </section>
  )
}

export function Identity({ status }: { status: Status }) {
  const { t } = useText()
  const { node, network } = status
  const id = (text: string) => (
    <CopyText
      text={text}
      shown={shortId(text)}
      copyLabel={t('words.copy')}
      copiedLabel={t('words.copied')}
    />
  )
  return (
    <section>
      <h2>{t('computer.ids')}</h2>
      <Facts>
        <Fact name={t('computer.owner')}>{node.owner.name}</Fact>
        <Fact name={t('computer.may')}>
          {node.permissions.map((each) => t(`words.permission.${each}`)).join(', ')}
        </Fact>
        <Fact name={t('computer.nodeId')}>{id(node.id)}</Fact>
        <Fact name={t('computer.peerId')}>{id(node.peerId)}</Fact>
        <Fact name={t('computer.did')}>{id(node.did)}</Fact>
        {network && <Fact name={t('computer.networkId')}>{id(network.id)}</Fact>}
      </Facts>
    </section>
  )
}

export function About({ status }: { status: Status }) {
  const { t } = useText()
  const { versions, node } = status
  return (
    <section>
      <h2>{t('computer.about')}</h2>
      <Facts>
        <Fact name={t('computer.version')}>{versions.mycelium}</Fact>
        <Fact name={t('computer.runtime')}>{versions.node}</Fact>
        {versions.electron && <Fact name={t('computer.electron')}>{versions.electron}</Fact>}
        <Fact name={t('computer.home')}>
          <code>{node.home}</code>
        </Fact>
      </Facts>
    </section>
  )
}
