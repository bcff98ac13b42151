/** The manifest as a way to the draft: its text with help from the schema, and imports. */
export { ManifestWay } from './manifest-way.tsx'
