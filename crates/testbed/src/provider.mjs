// A provider of identities for tests: `oidc-provider`, certified as such, and beside it providers
// that lie in one thing each. The first line of its output is the address.
//
//   node provider.mjs CALLBACK
//
// Whoever types a name is that person. An address of mail is NAME@example.org, verified unless the
// name begins with `unverified`. The code of one who lies is the nonce that its token repeats.

import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';

// It ends with who started it.
process.stdin.resume().on('end', () => process.exit());

const callback = process.argv[2];
const server = createServer();
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const here = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(here, {
  clients: [
    { client_id: 'annex', client_secret: 'of the tests', redirect_uris: [callback] },
    {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      redirect_uris: [callback],
    },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username'] },
  pkce: { required: () => true },
  ttl: { IdToken: 120, Interaction: 600, Grant: 600, Session: 600, AccessToken: 600 },
  findAccount: (_, id) => ({
    accountId: id,
    claims: async () => ({
      sub: id,
      email: `${id}@example.org`,
      email_verified: !id.startsWith('unverified'),
      preferred_username: `${id}-by-name`,
    }),
  }),
});

const { publicKey, privateKey } = await generateKeyPair('RS256');
const foreign = await generateKeyPair('RS256');
const key = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };

const now = () => Math.floor(Date.now() / 1000);
const lies = {
  none: {},
  audience: { aud: 'another-client' },
  audiences: { aud: ['annex', 'another-client'] },
  issuer: { iss: 'https://elsewhere.example' },
  nonce: { nonce: 'of another sign-in' },
  old: { exp: now() - 86400 },
  nobody: { sub: '' },
  key: {},
  unsigned: {},
  tokenless: {},
  endless: {},
  down: {},
  elsewhere: {},
};

async function token(issuer, lie, nonce) {
  const claims = {
    iss: issuer, sub: 'sub-of-lies', aud: 'annex', nonce, iat: now(), exp: now() + 86400,
    ...lies[lie],
  };
  if (lie === 'unsigned') {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    return `${part({ alg: 'none' })}.${part(claims)}.`;
  }
  return new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .sign(lie === 'key' ? foreign.privateKey : privateKey);
}

async function lying(request, lie, path, response) {
  const issuer = `${here}/lying/${lie}`;
  const say = (value, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(value));
  };
  if (lie === 'down') return say({ fault: 'of the provider' }, 503);
  if (path === '/.well-known/openid-configuration') {
    return say({
      issuer: lie === 'elsewhere' ? 'https://elsewhere.example' : issuer,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  }
  if (path === '/keys') return say({ keys: [key] });
  if (path !== '/token') return say({}, 404);
  if (lie === 'endless') {
    response.writeHead(200, { 'content-type': 'application/json' });
    const more = () => {
      while (!response.destroyed && response.write(' '.repeat(65536)));
      if (!response.destroyed) response.once('drain', more);
    };
    return more();
  }
  let body = '';
  for await (const piece of request) body += piece;
  const code = new URLSearchParams(body).get('code');
  const answer = { access_token: 'of-lies', token_type: 'Bearer' };
  if (lie !== 'tokenless') answer.id_token = await token(issuer, lie, code);
  return say(answer);
}

const honest = provider.callback();
server.on('request', (request, response) => {
  const [, lie, path] = /^\/lying\/([a-z]+)([^?]*)/.exec(request.url) ?? [];
  if (lie in lies) lying(request, lie, path, response);
  else honest(request, response);
});
console.log(here);
