/** A date as VEX documents write them; undefined for what is none. */
export function vexDate(timestamp: string | undefined): Date | undefined {
  const date = new Date(timestamp ?? NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}
