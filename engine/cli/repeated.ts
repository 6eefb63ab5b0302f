/**
 * Collects the values of an option that may be given more than once. A list after one option would take the arguments behind
 * it, too: `get -l role=web Host`.
 */
export const repeated = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value]
