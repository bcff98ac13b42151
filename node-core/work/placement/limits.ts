/** Slots that one node is given, all workloads together. What has ended for good is none of them. */
export const NODE_SLOTS_MAX = 1_000
