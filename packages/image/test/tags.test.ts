import { describe, expect, it } from '@jest/globals'
import { UnacceptableValue } from '@oke-pipeline/core'
import fc from 'fast-check'
import {
  defaultTags,
  digestOf,
  imageTags,
  noEvent,
  parseTagRules,
  tagContextOf,
} from '../src/index.ts'
import type { TagContext } from '../src/index.ts'
import { isTag } from '../src/reference.ts'

const sha = '860c1904a1ce19322e91ac35af1ab07466440c37'

const context: TagContext = {
  ref: 'refs/heads/master',
  sha,
  eventName: 'push',
  defaultBranch: 'master',
  baseBranch: undefined,
  now: new Date('2020-01-10T00:30:00Z'),
  commitDate: new Date('2020-01-08T23:00:00Z'),
}

function tagsOf(rules: string, some: Partial<TagContext> = {}): readonly string[] {
  return imageTags(parseTagRules(rules), { ...context, ...some }).tags
}

const on = {
  branch: (name: string) => ({ ref: `refs/heads/${name}` }),
  tag: (name: string) => ({ ref: `refs/tags/${name}` }),
  pr: { ref: 'refs/pull/2/merge', eventName: 'pull_request', baseBranch: 'master' },
  schedule: { eventName: 'schedule' },
} as const

interface Row {
  readonly rules: string
  readonly on?: Partial<TagContext>
  readonly tags: readonly string[]
}

/** What the README of docker/metadata-action v6 says that its rules give. */
const documented: readonly Row[] = [
  { rules: 'type=schedule', on: on.schedule, tags: ['nightly'] },
  { rules: "type=schedule,pattern={{date 'YYYYMMDD'}}", on: on.schedule, tags: ['20200110'] },
  {
    rules: "type=schedule,pattern={{date 'YYYYMMDD-HHmmss' tz='Asia/Tokyo'}}",
    on: on.schedule,
    tags: ['20200110-093000'],
  },
  { rules: 'type=schedule', tags: [] },
  { rules: 'type=semver,pattern={{raw}}', on: on.tag('v1.2.3'), tags: ['v1.2.3'] },
  { rules: 'type=semver,pattern={{version}}', on: on.tag('v1.2.3'), tags: ['1.2.3'] },
  { rules: 'type=semver,pattern={{major}}.{{minor}}', on: on.tag('v1.2.3'), tags: ['1.2'] },
  { rules: 'type=semver,pattern=v{{major}}', on: on.tag('v1.2.3'), tags: ['v1'] },
  { rules: 'type=semver,pattern={{minor}}', on: on.tag('v1.2.3'), tags: ['2'] },
  { rules: 'type=semver,pattern={{patch}}', on: on.tag('v1.2.3'), tags: ['3'] },
  {
    rules: 'type=semver,pattern={{version}},match=v(\\d.\\d.\\d)$',
    on: on.tag('p1/v1.2.3'),
    tags: ['1.2.3'],
  },
  { rules: 'type=semver,pattern={{raw}}', on: on.tag('v2.0.8-beta.67'), tags: ['v2.0.8-beta.67'] },
  {
    rules: 'type=semver,pattern={{version}}',
    on: on.tag('v2.0.8-beta.67'),
    tags: ['2.0.8-beta.67'],
  },
  { rules: 'type=semver,pattern={{major}}', on: on.tag('v2.0.8-beta.67'), tags: ['2.0.8-beta.67'] },
  {
    rules: 'type=semver,pattern={{major}}.{{minor}}',
    on: on.tag('v2.0.8-beta.67'),
    tags: ['2.0.8-beta.67'],
  },
  { rules: 'type=semver,pattern={{version}},value=v1.0.0', tags: ['1.0.0'] },
  {
    rules: 'type=semver,pattern={{version}},value=p1/v1.0.0,match=v(\\d.\\d.\\d)$',
    tags: ['1.0.0'],
  },
  { rules: 'type=semver,pattern={{version}}', tags: [] },
  { rules: 'type=match,pattern=\\d.\\d.\\d', on: on.tag('v1.2.3'), tags: ['1.2.3'] },
  {
    rules: 'type=match,pattern=v(.*),group=1',
    on: on.tag('v2.0.8-beta.67'),
    tags: ['2.0.8-beta.67'],
  },
  { rules: 'type=match,pattern=v(\\d.\\d),group=1', on: on.tag('v2.0.8-beta.67'), tags: ['2.0'] },
  { rules: 'type=match,pattern=\\d+', on: on.tag('20200110-RC2'), tags: ['20200110'] },
  {
    rules: 'type=match,pattern=p1/v(\\d.\\d.\\d),group=1',
    on: on.tag('p1/v1.2.3'),
    tags: ['1.2.3'],
  },
  { rules: 'type=match,pattern=v(.*),group=1,value=v1.0.0', tags: ['1.0.0'] },
  { rules: 'type=edge', tags: ['edge'] },
  { rules: 'type=edge,branch=main', on: on.branch('main'), tags: ['edge'] },
  { rules: 'type=edge', on: on.branch('other'), tags: [] },
  { rules: 'type=ref,event=pr', on: on.pr, tags: ['pr-2'] },
  { rules: 'type=ref,event=branch', tags: ['master'] },
  { rules: 'type=ref,event=branch', on: on.branch('my/branch'), tags: ['my-branch'] },
  { rules: 'type=ref,event=tag', on: on.tag('v1.2.3'), tags: ['v1.2.3'] },
  { rules: 'type=ref,event=tag', on: on.tag('v2.0.8-beta.67'), tags: ['v2.0.8-beta.67'] },
  { rules: 'type=ref,event=branch', on: { eventName: 'workflow_dispatch' }, tags: ['master'] },
  { rules: 'type=ref,event=branch\ntype=ref,event=tag', on: on.pr, tags: [] },
  { rules: 'type=raw,value=foo\ntype=raw,bar\nbaz', tags: ['foo', 'bar', 'baz'] },
  { rules: 'type=sha', tags: ['sha-860c190'] },
  { rules: 'type=sha,format=long', tags: [`sha-${sha}`] },
  { rules: 'type=sha,prefix={{branch}}-', tags: ['master-860c190'] },
  { rules: 'type=raw,value=mytag-{{branch}}-{{sha}}', tags: ['mytag-master-860c190'] },
  { rules: 'type=raw,value=latest,enable={{is_default_branch}}', tags: ['latest'] },
  { rules: 'type=raw,value=latest,enable={{is_default_branch}}', on: on.branch('x'), tags: [] },
  { rules: 'type=raw,value=x,enable={{is_not_default_branch}}', on: on.branch('x'), tags: ['x'] },
  { rules: 'type=raw,value=b-{{branch}}', on: on.pr, tags: ['b-'] },
  { rules: 'type=raw,value=t-{{tag}}', on: on.tag('v1.2.3'), tags: ['t-v1.2.3'] },
  { rules: 'type=raw,value=for-{{base_ref}}', on: on.pr, tags: ['for-master'] },
  { rules: "type=raw,value={{date 'YYYYMMDD'}}", tags: ['20200110'] },
  {
    rules: `"type=raw,value={{date 'dddd, MMMM Do YYYY, h:mm:ss a'}}"`.replace(
      '"type=raw,',
      'type=raw,"',
    ),
    on: { now: new Date('2020-01-10T15:25:50Z') },
    tags: ['Friday-January-10th-2020-3-25-50-pm'],
  },
  { rules: "type=raw,value={{commit_date 'YYYYMMDD'}}", tags: ['20200108'] },
  { rules: "type=raw,value={{commit_date 'YYYYMMDD' tz='Asia/Tokyo'}}", tags: ['20200109'] },
]

describe('tags by the rules of docker/metadata-action', () => {
  it.each(documented)('$rules gives $tags', ({ rules, on: some, tags }) => {
    expect(tagsOf(rules, some)).toEqual(tags)
  })

  it('puts the tag of the highest priority first, and each once', () => {
    const rules = `
      # the order of lines counts among equals only
      type=sha
      type=raw,value=1.2.3
      type=ref,event=tag
      type=semver,pattern={{version}}
      type=semver,pattern={{major}}.{{minor}},priority=2000
    `
    expect(tagsOf(rules, on.tag('v1.2.3'))).toEqual(['1.2', '1.2.3', 'v1.2.3', 'sha-860c190'])
  })

  it('takes prefix, suffix and enable', () => {
    expect(tagsOf('type=ref,event=branch,prefix=a-,suffix=-{{sha}}')).toEqual(['a-master-860c190'])
    expect(tagsOf('type=raw,value=x,enable=false')).toEqual([])
  })

  it('takes several plain tags in a line', () => {
    expect(tagsOf('1.0, 1.1')).toEqual(['1.0', '1.1'])
  })

  const latest: readonly Row[] = [
    {
      rules: 'latest=auto\ntype=semver,pattern={{version}}',
      on: on.tag('v1.2.3'),
      tags: ['1.2.3', 'latest'],
    },
    {
      rules: 'latest=auto\ntype=semver,pattern={{version}}',
      on: on.tag('v1.2.3-rc.1'),
      tags: ['1.2.3-rc.1'],
    },
    { rules: 'latest=auto\ntype=ref,event=tag', on: on.tag('one'), tags: ['one', 'latest'] },
    { rules: 'latest=auto\ntype=ref,event=branch', tags: ['master'] },
    { rules: 'latest=auto', on: on.tag('v1.2.3'), tags: [] },
  ]
  it.each(latest)('gives latest only where it is asked for: $tags', ({ rules, on: some, tags }) => {
    expect(tagsOf(rules, some)).toEqual(tags)
    expect(tagsOf(rules.replace('latest=auto', ''), some)).not.toContain('latest')
  })

  it('says why a rule for versions gave nothing', () => {
    const { tags, notes } = imageTags(parseTagRules('type=semver,pattern={{version}}'), {
      ...context,
      ...on.tag('nightly'),
    })
    expect(tags).toEqual([])
    expect(notes).toEqual([
      'Rule "type=semver,pattern={{version}}" gave no tag: "nightly" is no semantic version such as v1.2.3',
    ])
  })

  it('reports what is no tag', () => {
    const rules = parseTagRules('ok\ntype=ref,event=branch\ntype=raw,value=x,enable={{branch}}')
    const { problems } = imageTags(rules, { ...context, ...on.branch('-x') })
    expect(problems).toEqual([
      expect.stringMatching(/^line 2, "type=ref,event=branch": it gave "-x", which is no tag/),
      expect.stringMatching(/^line 3, .*: enable gave "-x"; expected true or false/),
    ])
  })
})

describe('parseTagRules', () => {
  const refused = [
    { rules: 'type=semver', says: 'line 1, "type=semver": it lacks "pattern"' },
    {
      rules: 'type=semver,pattern={{tag}}',
      says: '{{tag}} is unknown; known here: {{raw}}, {{version}}',
    },
    { rules: 'type=ref', says: 'it lacks "event"' },
    { rules: 'iad.ocir.io/ns/app:1.0', says: 'is no tag; give it alone, without the name' },
    { rules: 'type=ref,event=push', says: 'event is "push"; expected branch, tag, pr' },
    { rules: 'type=pep440,pattern={{version}}', says: 'PEP 440' },
    { rules: 'type=version', says: 'there is no type "version"; known are schedule, semver' },
    { rules: 'type=sha,length=3', says: 'type=sha has no "length"; it has type, enable' },
    { rules: 'type=sha,type=raw', says: '"type" is given twice' },
    {
      rules: 'type=sha,enable=yes',
      says: 'enable is "yes"; expected true, false or an expression',
    },
    { rules: 'type=sha,priority=high', says: 'priority is "high"; expected a whole number' },
    { rules: 'type=match,pattern=(', says: 'pattern is "(", which is no regular expression' },
    { rules: 'x-{{branch', says: '"x-{{branch" has no closing "}}"' },
    { rules: "x-{{date 'YYYYQQQQW'", says: 'has no closing' },
    { rules: "{{date 'YYYYr'}}", says: 'the format has "r"; known are YYYY' },
    { rules: "{{date 'YYYY' tz='Mars'}}", says: '"Mars" is no time zone such as Europe/Berlin' },
    { rules: '{{date}}', says: "{{date}} lacks its format, such as {{date 'YYYYMMDD'}}" },
    { rules: 'type=raw,"value=a', says: 'its quotes do not close' },
  ]
  it.each(refused)('refuses $rules', ({ rules, says }) => {
    expect(() => parseTagRules(rules)).toThrow(says)
  })

  it('reports all lines at once', () => {
    expect(() => parseTagRules('type=ref\nok\ntype=no')).toThrow(UnacceptableValue)
    expect(() => parseTagRules('type=ref\nok\ntype=no')).toThrow(/line 1, .*; line 3, /)
  })

  it('gives tags or problems for whatever a branch is named, and never anything else', () => {
    const rules = parseTagRules('type=ref,event=branch\ntype=sha,prefix={{branch}}-\nlatest=auto')
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (name) => {
        const { tags, problems } = imageTags(rules, { ...context, ...on.branch(name) })
        expect(tags.every(isTag)).toBe(true)
        expect(tags.length + problems.length).toBeGreaterThan(0)
        expect(tags).not.toContain('latest')
      }),
    )
  })

  it('gives the whole version of any version back', () => {
    const number = fc.nat({ max: 999 })
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    const version = fc
      .tuple(number, number, number, fc.option(word))
      .map(
        ([major, minor, patch, pre]) =>
          `${major}.${minor}.${patch}${pre === null ? '' : `-${pre}`}`,
      )
    fc.assert(
      fc.property(version, (text) => {
        expect(tagsOf('type=semver,pattern={{version}}', on.tag(`v${text}`))).toEqual([text])
      }),
    )
  })

  it('never fails on a text but with its problems', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'type=',
        'raw',
        'semver',
        'ref',
        ',',
        '=',
        '"',
        '{{',
        '}}',
        '\n',
        'value',
        'date',
      ),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        try {
          for (const tag of tagsOf(pieces.join(''))) expect(isTag(tag)).toBe(true)
        } catch (error) {
          expect(error).toBeInstanceOf(UnacceptableValue)
        }
      }),
    )
  })
})

describe('defaultTags', () => {
  const digest = digestOf('an image')
  const build = `860c1904a1ce-${digest.slice(7, 19)}`

  it('are of commit and digest, with the version of a release', () => {
    expect(defaultTags(context, digest)).toEqual([build])
    expect(defaultTags({ ...context, ...on.tag('v1.2.3') }, digest)).toEqual(['1.2.3', build])
    expect(defaultTags({ ...context, sha: undefined }, digest)).toEqual([
      `image-${digest.slice(7, 19)}`,
    ])
  })
})

describe('tagContextOf', () => {
  it('prefers what the event says', () => {
    const run = { ref: 'refs/pull/1/merge', sha, eventName: 'pull_request', baseRef: 'main' }
    const now = new Date()
    const made = tagContextOf(
      run,
      { ...noEvent, baseBranch: 'next', defaultBranch: 'main' },
      { now },
    )
    expect(made).toMatchObject({ baseBranch: 'next', defaultBranch: 'main', commitDate: now })
    expect(tagContextOf(run, noEvent, { now }).baseBranch).toBe('main')
  })
})
