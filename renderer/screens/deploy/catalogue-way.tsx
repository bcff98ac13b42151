export { OwnForm as CatalogueWay } from './own-form.tsx'
