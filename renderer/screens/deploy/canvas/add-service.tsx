import { useState } from 'react'
import type { DeployInput } from '../../../../node-core/api/contract/index.ts'
import { Segmented, TextField } from '../../../design/index.ts'
import { useText } from '../../../i18n/index.ts'
import { BundleSource } from '../bundle-source.tsx'
import { freeName, nameOf, suggestName } from '../draft/index.ts'
import { ImageSource } from '../image-source.tsx'
import { AddDialog } from './add-dialog.tsx'
import type { Bodies } from './bodies.ts'
import { nameProblem } from './service-edits.ts'

/** What runs, and what it is called. */
export function AddService(props: {
  bodies: Bodies
  onAdd: (body: DeployInput) => void
  onClose: () => void
}) {
  const { bodies } = props
  const { t } = useText()
  const [source, setSource] = useState<'image' | 'bundle'>('image')
  const [image, setImage] = useState('')
  const [bundle, setBundle] = useState('')
  const [own, setOwn] = useState<string>()
  const [suggested, setSuggested] = useState('')
  const name = own ?? suggested
  const problem = nameProblem(bodies, undefined, name)
  const what = source === 'image' ? image.trim() : bundle
  const body: DeployInput =
    source === 'image' ? { name, containers: [{ image: what }] } : { name, bundle: what }
  const suggest = (from: string): void => {
    const word = suggestName(from)
    setSuggested(word === '' ? '' : freeName(word, new Set(bodies.map(nameOf))))
  }
  return (
    <AddDialog
      title={t('canvas.serviceTitle')}
      confirmLabel={t('canvas.add')}
      ready={what !== '' && problem === undefined}
      onAdd={() => props.onAdd(body)}
      onClose={props.onClose}
    >
      <Segmented
        label={t('deploy.what')}
        value={source}
        options={[
          { id: 'image', label: t('deploy.image'), icon: 'box' },
          { id: 'bundle', label: t('deploy.bundle'), icon: 'spore' },
        ]}
        onChange={setSource}
      />
      {source === 'image' ? (
        <ImageSource
          image={image}
          problem={undefined}
          onChange={(next) => {
            setImage(next)
            suggest(next.trim())
          }}
        />
      ) : (
        <BundleSource
          bundle={bundle}
          problem={undefined}
          onChange={(digest, title) => {
            setBundle(digest)
            suggest(title)
          }}
        />
      )}
      <TextField
        label={t('canvas.name')}
        value={name}
        problem={name !== '' && problem ? t(`canvas.nameProblem.${problem}`) : undefined}
        onChange={setOwn}
      />
    </AddDialog>
  )
}
