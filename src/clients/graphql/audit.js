// The audits of graphql-http: that the service speaks GraphQL over HTTP.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: `${process.env.QUIRE_API}/graphql`, fetchFn: fetch });
const failed = results.filter(({ status }) => status !== 'ok');
for (const { id, name, status, reason } of failed) {
  console.error(`${id} ${name}: ${status}, ${reason}`);
}
console.log(`graphql-http: ${results.length - failed.length} of ${results.length} audits pass`);
process.exitCode = failed.length > 0 ? 1 : 0;
