import type { DeployInput } from '../../../node-core/api/contract/index.ts'
import { CopyText, Disclosure } from '../../design/index.ts'
import { useText } from '../../i18n/index.ts'
import { toCommand } from './command-line.ts'

/** The form as a manifest and as a command, always in step with it. */
export function SameInText({ input }: { input: DeployInput }) {
  const { t } = useText()
  const command = toCommand(input)
  return (
    <Disclosure title={t('deploy.same')}>
      <div>
        <h3>{t('deploy.command')}</h3>
        <CopyText
          wraps
          text={command}
          copyLabel={t('words.copy')}
          copiedLabel={t('words.copied')}
        />
      </div>
      <div>
        <h3>{t('deploy.manifest')}</h3>
        <pre className="manifest">{JSON.stringify(input, null, 2)}</pre>
      </div>
    </Disclosure>
  )
}
