import { PAGE_ROWS } from './limits.ts'
import type { Page, Rows } from './view.ts'

/** Every row of a list that is told in pages. */
export function allRows<Row>(list: (page: Page) => Rows<Row>): Rows<Row> {
  const rows: Rows<Row> = []
  for (;;) {
    const after = rows.at(-1)?.[0]
    const page = list({ limit: PAGE_ROWS, ...(after !== undefined && { after }) })
    rows.push(...page)
    if (page.length < PAGE_ROWS) return rows
  }
}
