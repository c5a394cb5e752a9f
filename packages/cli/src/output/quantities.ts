export { counted, formatBytes, formatDuration, formatTime, withoutPlace } from '@ami-publisher/base';
