import type { RulesField, RulesForm } from './rules.ts'

export interface RulesFieldsProps {
  form: RulesForm
  problems: ReadonlyMap<string, string>
  onChange: (part: Partial<RulesForm>) => void
}

export type CountField = {
  [Field in RulesField]: RulesForm[Field] extends number ? Field : never
}[RulesField]
