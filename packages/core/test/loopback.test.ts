import { describe, expect, it } from '@jest/globals'
import { isLoopback } from '@oke-pipeline/core'

describe('isLoopback', () => {
  it.each([
    { host: 'localhost:5000', is: true },
    { host: '127.0.0.1', is: true },
    { host: '127.1.2.3:80', is: true },
    { host: '[::1]:5000', is: true },
    { host: 'localhost.example.com', is: false },
    { host: '127.0.0.1.example.com', is: false },
    { host: '10.0.0.1:5000', is: false },
    { host: '[::2]:5000', is: false },
  ])('$host: $is', ({ host, is }) => {
    expect(isLoopback(host)).toBe(is)
  })
})
