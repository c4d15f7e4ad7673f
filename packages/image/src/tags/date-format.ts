/** Thrown for a format or a time zone that is not known. */
export class InvalidDateFormat extends Error {}

interface Moment {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly millisecond: number
  /** From 0, Sunday. */
  readonly weekday: number
  readonly dayOfYear: number
  readonly epochMilliseconds: number
  readonly offsetMinutes: number
}

const monthNames =
  'January February March April May June July August September October November December'.split(' ')
const dayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

type Token = (moment: Moment) => string

/** The tokens of Moment.js that make sense in a tag, longest first where one starts another. */
const tokens: Readonly<Record<string, Token>> = {
  YYYY: ({ year }) => digits(year, 4),
  YY: ({ year }) => digits(year % 100, 2),
  Q: ({ month }) => String(Math.ceil(month / 3)),
  MMMM: ({ month }) => monthNames[month - 1] ?? '',
  MMM: ({ month }) => (monthNames[month - 1] ?? '').slice(0, 3),
  MM: ({ month }) => digits(month, 2),
  M: ({ month }) => String(month),
  DDDD: ({ dayOfYear }) => digits(dayOfYear, 3),
  DDD: ({ dayOfYear }) => String(dayOfYear),
  DD: ({ day }) => digits(day, 2),
  Do: ({ day }) => ordinal(day),
  D: ({ day }) => String(day),
  dddd: ({ weekday }) => dayNames[weekday] ?? '',
  ddd: ({ weekday }) => (dayNames[weekday] ?? '').slice(0, 3),
  E: ({ weekday }) => String(weekday === 0 ? 7 : weekday),
  GGGG: (moment) => digits(isoWeek(moment).year, 4),
  WW: (moment) => digits(isoWeek(moment).week, 2),
  W: (moment) => String(isoWeek(moment).week),
  HH: ({ hour }) => digits(hour, 2),
  H: ({ hour }) => String(hour),
  hh: ({ hour }) => digits(twelveHours(hour), 2),
  h: ({ hour }) => String(twelveHours(hour)),
  mm: ({ minute }) => digits(minute, 2),
  m: ({ minute }) => String(minute),
  ss: ({ second }) => digits(second, 2),
  s: ({ second }) => String(second),
  SSS: ({ millisecond }) => digits(millisecond, 3),
  A: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  a: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  ZZ: ({ offsetMinutes }) => offset(offsetMinutes, ''),
  Z: ({ offsetMinutes }) => offset(offsetMinutes, ':'),
  X: ({ epochMilliseconds }) => String(Math.floor(epochMilliseconds / 1000)),
  x: ({ epochMilliseconds }) => String(epochMilliseconds),
}

const pieces = new RegExp(
  `\\[(?<literal>[^\\]]*)\\]|(?<token>${Object.keys(tokens).join('|')})|(?<letter>[A-Za-z])`,
  'g',
)

/**
 * Writes a date by a format of Moment.js, such as `YYYYMMDD`; text in brackets stays.
 * @throws {@link InvalidDateFormat}
 */
export function formatDate(date: Date, format: string, timezone = 'UTC'): string {
  const moment = momentOf(date, timezone)
  return format.replace(pieces, (piece, literal?: string, token?: string) => {
    if (literal !== undefined) return literal
    const write = token === undefined ? undefined : tokens[token]
    if (write !== undefined) return write(moment)
    throw new InvalidDateFormat(
      `the format has "${piece}"; known are ${Object.keys(tokens).join(', ')}, and text in brackets`,
    )
  })
}

function momentOf(date: Date, timezone: string): Moment {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = partsIn(date, timezone)
  const local = Date.UTC(year, month - 1, day, hour, minute, second)
  const epochMilliseconds = date.getTime()
  const millisecond = date.getUTCMilliseconds()
  return {
    ...{ year, month, day, hour, minute, second, millisecond, epochMilliseconds },
    weekday: new Date(local).getUTCDay(),
    dayOfYear: Math.floor((local - Date.UTC(year, 0, 1)) / dayMilliseconds) + 1,
    offsetMinutes: Math.round((local - (epochMilliseconds - millisecond)) / 60_000),
  }
}

const dayMilliseconds = 86_400_000

/** Year, month, day, hour, minute and second as the clocks of a zone show them. */
function partsIn(date: Date, timeZone: string): readonly number[] {
  return formatter(timeZone)
    .formatToParts(date)
    .filter(({ type }) => type !== 'literal')
    .map(({ value }) => Number(value))
}

/** Swedish dates go from the largest part to the smallest. */
function formatter(timeZone: string): Intl.DateTimeFormat {
  const two = '2-digit'
  const parts = {
    year: 'numeric',
    month: two,
    day: two,
    hour: two,
    minute: two,
    second: two,
  } as const
  try {
    return new Intl.DateTimeFormat('sv', { timeZone, hourCycle: 'h23', ...parts })
  } catch (error) {
    throw new InvalidDateFormat(`"${timeZone}" is no time zone such as Europe/Berlin`, {
      cause: error,
    })
  }
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0')
}

function twelveHours(hour: number): number {
  return hour % 12 === 0 ? 12 : hour % 12
}

function ordinal(day: number): string {
  const isTeen = day >= 11 && day <= 13
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][day % 10] ?? 'th')
  return `${day}${ending}`
}

function offset(minutes: number, separator: string): string {
  const size = Math.abs(minutes)
  const sign = minutes < 0 ? '-' : '+'
  return `${sign}${digits(Math.floor(size / 60), 2)}${separator}${digits(size % 60, 2)}`
}

/** The week of ISO 8601, and the year that it belongs to: that of its Thursday. */
function isoWeek({ year, dayOfYear, weekday }: Moment): { year: number; week: number } {
  const thursday = new Date(Date.UTC(year, 0, dayOfYear + 4 - (weekday === 0 ? 7 : weekday)))
  const weekYear = thursday.getUTCFullYear()
  const days = Math.floor((thursday.getTime() - Date.UTC(weekYear, 0, 1)) / dayMilliseconds)
  return { year: weekYear, week: Math.floor(days / 7) + 1 }
}
