/** An emergency within so many days of a change, on a resource that the change was the last to touch, counts as its repair. */
export const repairDays = 7

/** The four figures, as they are counted here. The names are those of DORA's research (https://dora.dev/guides/dora-metrics-four-keys/). */
export const doraDefinitions: Readonly<
  Record<'population' | 'deployments' | 'leadTime' | 'changeFailure' | 'restore', string>
> = {
  population:
    'A change counts where it does something to a host. What takes another change back is its repair, and no deployment of its own.',
  deployments: 'Changes that were implemented in the period, and how many that is for each day of it.',
  leadTime:
    'From the author date of the first commit of a change to the moment when it was first implemented, for changes implemented in the period. Changes without commits of their own are left out, and those whose author dates lie ahead.',
  changeFailure: `Of the changes whose first attempt ended in the period, those that failed, were rolled back in whole or in part, or were repaired by an emergency: one that acts within ${repairDays} days on a resource of a host which the change was the last to touch.`,
  restore:
    'From the end of the first attempt of such a failed change to the first of these: its rollback is implemented, it is itself implemented after all, an emergency that repairs it is implemented.',
}
