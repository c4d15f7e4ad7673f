import { describe, expect, it } from '@jest/globals'
import { withEagerModules } from '../../scripts/bundle/eager-modules.ts'

describe('withEagerModules', () => {
  it.each([
    {
      name: 'the table of a main file, and nothing in its modules',
      code: 'const a="ü—",b={12:(e,t)=>{t.x={3:()=>1}},7:function(e){e.y=2}};b[12]({},{})',
      eager: 'const a="ü—",b={12:((e,t)=>{t.x={3:()=>1}}),7:(function(e){e.y=2})};b[12]({},{})',
    },
    {
      name: 'the table of a file that is loaded later',
      code: 'export const id=4;export const modules={4:e=>e.exports="–"};',
      eager: 'export const id=4;export const modules={4:(e=>e.exports="–")};',
    },
    {
      name: 'no table',
      code: 'import{x}from"y";const a={b:()=>1,2:3};export const c=()=>a;',
      eager: 'import{x}from"y";const a={b:()=>1,2:3};export const c=()=>a;',
    },
  ])('puts in parentheses what is a module: $name', async ({ code, eager }) => {
    expect(await withEagerModules(code)).toBe(eager)
  })
})
