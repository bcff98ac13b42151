import { TextField } from '../../design/index.ts'
import { formatSize } from '../../format/index.ts'
import { useText } from '../../i18n/index.ts'
import { useAsked } from '../../state/index.ts'
import type { NodeClient, Outputs } from '../../transport/index.ts'

type Image = Outputs['images']['list']['images'][number]

const SHOWN_MAX = 6

/** A reference to type, and the images of this computer to choose from. */
export function ImageSource(props: {
  image: string
  problem: string | undefined
  onChange: (image: string) => void
}) {
  const { t, language } = useText()
  // Without an engine there is no list; the preview then says which nodes have one.
  const { answer: images, problem } = useAsked(listed)
  const wanted = props.image.trim().toLowerCase()
  const named = images?.flatMap(({ tags, sizeBytes }) => tags.map((tag) => ({ tag, sizeBytes })))
  const exact = named?.some(({ tag }) => tag === props.image)
  const shown = (named ?? [])
    .filter(({ tag }) => exact || tag.toLowerCase().includes(wanted))
    .slice(0, SHOWN_MAX)
  return (
    <div className="source">
      <TextField
        label={t('deploy.imageField')}
        hint={t('deploy.imageHint')}
        mono
        value={props.image}
        problem={props.problem}
        onChange={props.onChange}
      />
      {problem && (
        <p className="quiet small">{t('deploy.imagesUnknown', { message: problem.message })}</p>
      )}
      {named && named.length === 0 && <p className="quiet small">{t('deploy.noImages')}</p>}
      {shown.length > 0 && (
        <div className="image-list">
          <p className="quiet small">{t('deploy.imagesHere')}</p>
          <ul>
            {shown.map(({ tag, sizeBytes }) => (
              <li key={tag}>
                <button
                  type="button"
                  className="image-chip"
                  aria-pressed={tag === props.image}
                  onClick={() => props.onChange(tag)}
                >
                  <code>{tag}</code>
                  <span className="quiet figure">{formatSize(sizeBytes, language)}</span>
                </button>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}

async function listed(node: NodeClient): Promise<Image[]> {
  return (await node.images.list()).images
}
