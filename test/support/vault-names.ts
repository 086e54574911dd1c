// Names below vault.test are this machine, in the process that imports this: the SDK sends no token to a host whose name
// doesn't end in what the vault says that the token is for, so a vault needs a name with dots in it.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';

const { lookup } = dns;
type Callback = (error: Error | null, address: string | dns.LookupAddress[], family?: number) => void;

function lookupHere(hostname: string, options: dns.LookupOptions, callback: Callback): void {
  const found = { address: '127.0.0.1', family: 4 };
  if (!hostname.endsWith('.vault.test')) lookup(hostname, options, callback);
  else process.nextTick(() => (options.all ? callback(null, [found]) : callback(null, found.address, found.family)));
}

Object.assign(dns, { lookup: lookupHere });
syncBuiltinESMExports();
