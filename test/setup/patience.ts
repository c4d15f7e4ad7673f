// Real builds, pulls and rollouts take seconds; a test that hangs still ends.
import { jest } from '@jest/globals'

jest.setTimeout(120_000)
