import { createApp } from './app.js'
import { SettingError, readSettings } from './settings.js'

const misconfigured = 3

function log(text) {
  console.log(`${new Date().toISOString()} ${text}`)
}

function start(settings) {
  const server = createApp(settings, log)
  server.on('error', (error) => {
    log(`Cannot listen on port ${settings.port}: ${error.message}`)
    process.exitCode = 1
  })
  server.listen(settings.port, () => {
    log(`hello ${settings.version} listens on port ${server.address().port}`)
  })
  stopOnSignal(server)
}

/** Lets requests that are under way finish; Kubernetes kills what is left after its grace period. */
function stopOnSignal(server) {
  const stop = (signal) => {
    log(`${signal}: no new requests are taken`)
    server.close(() => log('stopped'))
    server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

try {
  start(readSettings(process.env))
} catch (error) {
  if (!(error instanceof SettingError)) throw error
  log(`hello cannot start: ${error.message}`)
  process.exitCode = misconfigured
}
