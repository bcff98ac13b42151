/** The whole of a figure. Parts per million. */
export const PPM_MAX = 1_000_000
/** Where everybody begins. Parts per million. */
export const START_PPM = 500_000
/** From here on an owner is trusted. Parts per million. */
export const TRUSTED_PPM = 700_000
/** Below it an owner gets no vote by itself, and what it says of others counts for nothing. Parts per million. */
export const ACCEPTABLE_PPM = 400_000
/** Observations are counted by this. Milliseconds. */
export const HOUR_MS = 3_600_000
/** How long a figure stays as it is without observations. Hours. */
export const HELD_HOURS = 24
/** After so many hours of drift any figure is back where everybody begins. Hours. */
export const DRIFT_HOURS_MAX = 1_024
