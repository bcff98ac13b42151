/** Series of one metric; further label sets are not recorded. */
export const METRIC_SERIES_MAX = 1_000
