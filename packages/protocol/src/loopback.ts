/** Whether `host:port` or a bare host is on this machine only: 127.0.0.0/8, ::1 or `localhost`. */
export const isLoopback = (address: string): boolean => {
  const host = address.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
};
