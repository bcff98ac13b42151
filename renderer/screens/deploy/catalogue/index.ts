/** The catalogue as a way to the draft: cards, and a form for each, made of its questions. */
export { CatalogueWay } from './catalogue-way.tsx'
export { Fillings } from './fillings.tsx'
