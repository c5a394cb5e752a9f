export { ChangeNotifier } from './changes/change-notifier.js';
export { pauseForChange, snapshots } from './changes/snapshots.js';
export type { JsonLoggerOptions } from './json-logger.js';
export { jsonLogger } from './json-logger.js';
export { DaemonMetrics } from './metrics/daemon-metrics.js';
export { styleSheet } from './pages/assets.js';
export type { CommonStatus } from './pages/daemon-pages.js';
export { daemonPages } from './pages/daemon-pages.js';
export type { HealthCheck } from './pages/health.js';
export type { Html, HtmlValue } from './pages/html.js';
export { html } from './pages/html.js';
export {
  badgeHtml,
  bytesText,
  durationText,
  factsHtml,
  instantHtml,
  sectionHtml,
} from './pages/parts.js';
export { rememberProblems } from './problems.js';
export type { DaemonDefinition, RunningDaemon } from './run-daemon.js';
export { runDaemon, runProgram, serveCommand } from './run-daemon.js';
export type { ListenAddress } from './settings/common-settings.js';
export {
  addressSchema,
  commonSettings,
  directorySchema,
  listenSchema,
  tlsOf,
} from './settings/common-settings.js';
export type { DaemonCommandOptions, SettingsCommandOptions } from './settings/daemon-command.js';
export { daemonCommand, settingsCommand } from './settings/daemon-command.js';
export { settingsJsonSchema, settingsPage } from './settings/reference.js';
export type { Setting, Settings, SettingTable } from './settings/setting.js';
export { switchFromText, wholeNumberFromText } from './settings/setting.js';
export { parseSrpcRequest, srpcField } from './srpc/requests.js';
export type { SrpcProtocolOptions } from './srpc/srpc-protocol.js';
export { srpcProtocol } from './srpc/srpc-protocol.js';
