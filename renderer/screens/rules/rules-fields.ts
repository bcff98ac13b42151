import type { RulesForm } from './rules.ts'

export interface RulesFieldsProps {
  form: RulesForm
  problems: ReadonlyMap<string, string>
  onChange: (part: Partial<RulesForm>) => void
}

export type CountField = {
  [Field in keyof RulesForm]: RulesForm[Field] extends number ? Field : never
}[keyof RulesForm]
