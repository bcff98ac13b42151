/** What is wrong with a text that is not YAML. The library's own sentences repeat what stands there. */
import type { ErrorCode } from 'yaml'

export const MISTAKES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'An alias (*name) has neither a tag nor an anchor.',
  BAD_ALIAS: 'An alias (*name) leads nowhere.',
  BAD_COLLECTION_TYPE: 'A tag (!name) does not fit what it stands before.',
  BAD_DIRECTIVE: 'A line that begins with % is none that YAML has.',
  BAD_DQ_ESCAPE: 'Between double quotes, what follows a backslash means nothing.',
  BAD_INDENT:
    'It is not indented as what it belongs to; what belongs together begins in one column.',
  BAD_PROP_ORDER: 'A tag or an anchor stands behind what it belongs before.',
  BAD_SCALAR_START: 'A value cannot begin with this letter: put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A list or map begins on a line where it cannot: it needs a line of its own.',
  BLOCK_IN_FLOW: 'Within [ ] and { } everything is written with commas.',
  DUPLICATE_KEY: 'A key that was there before in the same map.',
  IMPOSSIBLE: 'It cannot be read.',
  KEY_OVER_1024_CHARS: 'A key has more than 1,024 letters.',
  MISSING_CHAR: 'A sign is missing: a colon, a comma, a closing quote or bracket, or a space.',
  MULTILINE_IMPLICIT_KEY: 'A key goes over several lines; a quote may not be closed.',
  MULTIPLE_ANCHORS: 'Two anchors (&name) for one value.',
  MULTIPLE_DOCS: 'A second document without --- before it.',
  MULTIPLE_TAGS: 'Two tags (!name) for one value.',
  NON_STRING_KEY: 'A key that is not a word.',
  RESOURCE_EXHAUSTION: 'It goes too deep.',
  TAB_AS_INDENT: 'It is indented by a tab: YAML takes spaces alone.',
  TAG_RESOLVE_FAILED: 'A tag (!name) that is not known, or does not fit its value.',
  UNEXPECTED_TOKEN: 'Something stands where nothing can: a colon, a bracket or a quote too many.',
}
