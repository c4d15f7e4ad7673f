export const id = 911;
export const ids = [911];
export const modules = {

/***/ 4911:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  mainCheck: () => (/* binding */ mainCheck)
});

// EXTERNAL MODULE: ./packages/core/lib/errors.js
var errors = __webpack_require__(7706);
// EXTERNAL MODULE: ./packages/oci/lib/principal/ports.js
var ports = __webpack_require__(8746);
// EXTERNAL MODULE: ./packages/core/lib/report/markdown.js
var markdown = __webpack_require__(9079);
;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/render-check.js

const words = {
    works: 'works',
    warns: '**look**',
    fails: '**fails**',
    untried: 'not tried',
};
const mostRows = 200;
/** The job summary of a check. */
function renderCheck({ checks, files }) {
    const rows = checks.map(({ name, outcome, says }) => [
        (0,markdown/* escaped */.Mk)(name),
        words[outcome],
        (0,markdown/* escaped */.Mk)(says),
    ]);
    return (0,markdown/* document */.Al)((0,markdown/* heading */.R_)(`Access to Oracle Cloud: ${verdict(checks)}`), (0,markdown/* table */.tp)(['Check', '', 'What was seen'], rows, mostRows), fixes(checks), (0,markdown/* paragraph */.FY)('What this identity needs, in full and nothing more:'), ...files.map(({ title, name, text }) => (0,markdown/* details */.zH)(`${title} (${name})`, (0,markdown/* codeBlock */.DV)(text.trimEnd()))));
}
/** How the checks came out, in words. */
function verdict(checks) {
    const failures = checks.filter(({ outcome }) => outcome === 'fails').length;
    if (failures === 0)
        return 'all that is needed works';
    return `${failures} of ${checks.length} checks ${failures === 1 ? 'fails' : 'fail'}`;
}
function fixes(checks) {
    const texts = [...new Set(checks.flatMap((check) => check.fixes))];
    if (texts.length === 0)
        return undefined;
    return (0,markdown/* document */.Al)((0,markdown/* paragraph */.FY)('To be added (a new policy takes minutes to spread):'), ...texts.map((text) => (0,markdown/* codeBlock */.DV)(text.trimEnd())));
}

// EXTERNAL MODULE: ./node_modules/valibot/dist/index.mjs
var dist = __webpack_require__(7934);
;// CONCATENATED MODULE: ./packages/oci/lib/vulnerability-scanning/image-scan.js

/** How bad OCI says that a problem is; `unknown` is a word that is none of its own. */
const scanSeverities = (/* unused pure expression or super */ null && (['critical', 'high', 'medium', 'low', 'none', 'unknown']));
/** The policy that reading results takes. */
const scanPolicy = 'Allow group … to read vss-family in compartment …';
const time = dist/* pipe */.FsL(dist/* string */.YjP(), dist/* isoTimestamp */.yhX(), dist/* transform */.pdi((text) => new Date(text)));
const packageSchema = dist/* object */.Ikc({
    name: dist/* string */.YjP(),
    version: dist/* nullish */.cl6(dist/* string */.YjP(), ''),
    type: dist/* nullish */.cl6(dist/* string */.YjP(), ''),
    cveFixVersion: dist/* nullish */.cl6(dist/* string */.YjP()),
    locations: dist/* nullish */.cl6(dist/* array */.YOg(dist/* string */.YjP()), []),
});
const problemSchema = dist/* object */.Ikc({
    name: dist/* string */.YjP(),
    description: dist/* nullish */.cl6(dist/* string */.YjP()),
    severity: dist/* string */.YjP(),
    state: dist/* nullish */.cl6(dist/* string */.YjP(), 'OPEN'),
    cveReference: dist/* nullish */.cl6(dist/* string */.YjP()),
    vulnerablePackages: dist/* nullish */.cl6(dist/* array */.YOg(packageSchema), []),
});
const resultSchema = dist/* object */.Ikc({
    id: dist/* string */.YjP(),
    repository: dist/* string */.YjP(),
    image: dist/* string */.YjP(),
    timeStarted: time,
    timeFinished: time,
    problemCount: dist/* nullish */.cl6(dist/* number */.aig()),
    problems: dist/* nullish */.cl6(dist/* array */.YOg(problemSchema), []),
});
/** One result with all of its problems. */
async function readImageScan(client, id) {
    const { value } = await client.json({
        service: 'vulnerability-scanning',
        method: 'GET',
        path: `/containerScanResults/${encodeURIComponent(id)}`,
        doing: 'Reading the result of the vulnerability scan',
        policy: scanPolicy,
    }, resultSchema);
    return {
        id: value.id,
        repository: value.repository,
        image: value.image,
        startedAt: value.timeStarted,
        finishedAt: value.timeFinished,
        problemCount: value.problemCount ?? undefined,
        problems: value.problems.map(problemOf),
    };
}
function problemOf(problem) {
    const cve = problem.cveReference ?? '';
    return {
        id: cve === '' ? problem.name : cve,
        description: problem.description ?? undefined,
        severity: severityFrom(problem.severity),
        // Anything that is not surely closed counts.
        isOpen: !['FIXED', 'NOT_APPLICABLE'].includes(problem.state),
        packages: problem.vulnerablePackages.map(({ cveFixVersion: fix, ...rest }) => ({
            ...rest,
            fixedIn: fix === null || fix === undefined || fix === '' ? undefined : fix,
        })),
    };
}
function severityFrom(word) {
    const lower = word.toLowerCase();
    return scanSeverities.find((severity) => severity === lower) ?? 'unknown';
}

;// CONCATENATED MODULE: ./packages/oci/lib/vulnerability-scanning/try-scans.js


/** Asks for one result of a scan in a compartment; that there is none is no error. */
async function tryScans(client, compartment) {
    await client.json({
        service: 'vulnerability-scanning',
        method: 'GET',
        path: '/containerScanResults',
        query: { compartmentId: compartment, limit: '1' },
        doing: 'Listing the results of the vulnerability scan',
        policy: scanPolicy,
    }, dist/* object */.Ikc({ items: dist/* array */.YOg(dist/* unknown */.L5J()) }));
}

// EXTERNAL MODULE: ./packages/oci/lib/client/oci-client.js + 2 modules
var oci_client = __webpack_require__(3951);
// EXTERNAL MODULE: ./packages/oci/lib/permissions/permission.js
var permission = __webpack_require__(5473);
// EXTERNAL MODULE: ./packages/oci/lib/permissions/policy-statement.js
var policy_statement = __webpack_require__(1160);
;// CONCATENATED MODULE: ./packages/core/lib/bounded.js
/**
 * Does some work for each item, so many at a time. The first failure aborts the rest through the
 * signal that the work is given; the call returns only when nothing is under way any more.
 */
async function forEachBounded(items, { limit, signal }, work) {
    const stop = new AbortController();
    const either = AbortSignal.any([stop.signal, ...(signal === undefined ? [] : [signal])]);
    const queue = items.values();
    const workers = Array.from({ length: Math.min(limit, items.length) }, async () => {
        for (const item of queue) {
            either.throwIfAborted();
            await work(item, either);
        }
    });
    try {
        await Promise.all(workers);
    }
    catch (error) {
        stop.abort(error);
        await Promise.allSettled(workers);
        throw error;
    }
}
/** The same where the work makes something of each item; in the order of the items. */
async function mapBounded(items, bounds, work) {
    const results = new Map();
    await forEachBounded([...items.entries()], bounds, async ([index, item], signal) => {
        results.set(index, await work(item, signal));
    });
    return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}

// EXTERNAL MODULE: ./packages/core/lib/retry.js
var retry = __webpack_require__(4003);
;// CONCATENATED MODULE: ./packages/kubernetes/lib/json.js
/** Whether something that JSON or YAML was parsed to is an object. */
function isJsonObject(value) {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
}
/** Follows field names into nested objects; undefined where the way ends. */
function fieldOf(value, ...path) {
    let current = value;
    for (const name of path) {
        if (!isJsonObject(current))
            return undefined;
        current = current[name];
    }
    return current;
}
/** The objects of an array; none where there is no array. */
function objectsOf(value) {
    return Array.isArray(value) ? value.filter((item) => isJsonObject(item)) : [];
}
/** Text that is the same for equal values, whatever the order of their fields. */
function canonicalJson(value) {
    return JSON.stringify(value, (_, nested) => isJsonObject(nested)
        ? Object.fromEntries(Object.entries(nested).sort(([a], [b]) => (a < b ? -1 : 1)))
        : nested);
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/api-status.js

/** Reads a `Status`; a body that is none, such as a proxy's page, becomes its message. */
function parseStatus(text) {
    const body = parsed(text);
    if (!isJsonObject(body) || body.kind !== 'Status') {
        return { message: firstLine(text), reason: undefined, causes: [], retryAfterSeconds: undefined };
    }
    const retryAfter = fieldOf(body, 'details', 'retryAfterSeconds');
    return {
        message: textOf(body.message) ?? '',
        reason: textOf(body.reason),
        causes: objectsOf(fieldOf(body, 'details', 'causes')).map((cause) => ({
            field: textOf(cause.field),
            message: textOf(cause.message) ?? '',
        })),
        retryAfterSeconds: typeof retryAfter === 'number' ? retryAfter : undefined,
    };
}
function parsed(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        return undefined;
    }
}
function textOf(value) {
    return typeof value === 'string' ? value : undefined;
}
function firstLine(text) {
    return (text.trim().split('\n')[0] ?? '').slice(0, 200);
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/denied-access.js
const refusal = /User "(?<user>[^"]*)" cannot (?<verb>\S+) resource "(?<resource>[^"]*)" in API group "(?<apiGroup>[^"]*)"(?: in the namespace "(?<namespace>[^"]*)"| at the cluster scope)/;
/** Reads the API server's sentence about access denied by RBAC; undefined for other refusals. */
function parseDeniedAccess(message) {
    const groups = refusal.exec(message)?.groups;
    if (groups === undefined)
        return undefined;
    const { user = '', verb = '', resource = '', apiGroup = '', namespace } = groups;
    return { user, verb, resource, apiGroup, namespace };
}
/** The rules of a Role, as YAML, that would allow what was denied: one for each API group. */
function rulesAllowing(denied) {
    const rules = new Map();
    for (const { verb, resource, apiGroup } of denied) {
        const key = `${apiGroup}/${resource}`;
        const rule = rules.get(key) ?? { resource, apiGroup, verbs: new Set() };
        rule.verbs.add(verb);
        rules.set(key, rule);
    }
    return [...rules.values()].map(ruleLine).join('\n');
}
function ruleLine(rule) {
    const verbs = [...rule.verbs].sort().map((verb) => JSON.stringify(verb));
    return `- {apiGroups: ["${rule.apiGroup}"], resources: ["${rule.resource}"], verbs: [${verbs.join(', ')}]}`;
}
/** Where the rules belong: a Role of a namespace, or a ClusterRole. */
function roleFor({ namespace }) {
    return namespace === undefined ? 'a ClusterRole' : `a Role in the namespace "${namespace}"`;
}
/** The command that binds a role to the user that was denied, by the name that the cluster has for it. */
function bindingFor({ user, namespace }) {
    const isSafe = /^[\w@:./-]+$/.test(user);
    const subject = `--user ${isSafe ? user : `'${user.replaceAll("'", "'\\''")}'`}`;
    return namespace === undefined
        ? `kubectl create clusterrolebinding <name> --clusterrole <role> ${subject}`
        : `kubectl create rolebinding <name> --namespace ${namespace} --role <role> ${subject}`;
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/kubeconfig-words.js
/** What errors say of a cluster that a kubeconfig leads to. */
function kubeconfigWords({ user }) {
    return {
        source: 'the kubeconfig',
        credentials: `those of the kubeconfig user "${user.name}" (${credentialOf(user)}): they are wrong, expired or revoked`,
        ifRefused: 'Put a kubeconfig with valid credentials into the secret that the input "kubeconfig" names.',
        ifUnreachable: 'Check the server address in the kubeconfig, and that this runner can reach it: a private endpoint needs a runner inside its network.',
        ifUntrusted: 'Check "certificate-authority-data", "server" and "tls-server-name" in the kubeconfig: they must be those of this cluster.',
        ifUnreadable: `The client certificate and key of the user "${user.name}" and the authority of the cluster must be base64 of PEM, and must match. Write the kubeconfig again with "kubectl config view --raw --flatten --minify".`,
    };
}
function credentialOf(user) {
    if (user.exec)
        return 'the token that its credential plugin made';
    if (user.token !== undefined)
        return 'its token';
    return user.certData ? 'its client certificate' : 'it has none';
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/api-error.js




/** A request that the API server understood and refused, with its reasons. */
class ApiError extends errors/* ServiceError */._7 {
    answer;
    /** What RBAC did not allow, when that was the reason. */
    denied;
    constructor(report, answer, denied) {
        super(report);
        this.answer = answer;
        this.denied = denied;
    }
}
/** Whether an error is the server's word on one request, and not that it is unreachable or lets nobody in. */
function isRefusal(error) {
    return error instanceof ApiError && !error.isRetryable && error.status !== 401;
}
/** Whether something thrown is an answer of the API server with one of these statuses. */
function hasStatus(thrown, ...statuses) {
    return thrown instanceof ApiError && statuses.includes(thrown.status ?? 0);
}
/** What the cluster is called in errors. */
function serviceName({ cluster }) {
    return `cluster ${cluster.server}`;
}
/** The error that an answer with a status of 400 or more amounts to. */
function apiError(access, request, answer) {
    const status = parseStatus(answer.text);
    const retryAfterSeconds = status.retryAfterSeconds ?? secondsOf(answer.headers['retry-after']);
    const common = {
        service: serviceName(access),
        status: answer.status,
        isRetryable: (0,retry/* isRetryableStatus */.PS)(answer.status) && !isSchemaError(status),
        ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    };
    if (answer.status === 401)
        return new ApiError({ ...common, ...unauthorized(access) }, status);
    const denied = answer.status === 403 ? parseDeniedAccess(status.message) : undefined;
    if (denied !== undefined) {
        return new ApiError({ ...common, ...forbidden(access, denied) }, status, denied);
    }
    return new ApiError({ ...common, ...refused(access, request, { answer, status }) }, status);
}
/** Server-side apply answers a value of the wrong type with status 500. */
function isSchemaError({ message }) {
    return /failed to create typed (?:patch|live) object/.test(message);
}
function secondsOf(header) {
    return header !== undefined && /^\d{1,4}$/.test(header) ? Number(header) : undefined;
}
function wordsOf(access) {
    return 'login' in access ? access.login.words : kubeconfigWords(access);
}
function unauthorized(access) {
    const { credentials, ifRefused } = wordsOf(access);
    return {
        title: `The ${serviceName(access)} refused the credentials`,
        explanation: `It does not accept ${credentials} (401).`,
        remedy: ifRefused,
    };
}
function forbidden(access, denied) {
    const { user, verb, resource, apiGroup, namespace } = denied;
    const group = apiGroup === '' ? '' : ` (API group "${apiGroup}")`;
    const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    return {
        title: `"${user}" may not ${verb} ${resource}${group} ${where}`,
        explanation: 'RBAC of the cluster does not allow it (403).',
        remedy: `Add this rule to ${roleFor(denied)} that is bound to this user: ${rulesAllowing([denied])}${'login' in access ? `\nA role is bound by: ${bindingFor(denied)}` : ''}`,
    };
}
function refused(access, request, { answer, status }) {
    const reason = status.message === '' ? 'It gave no reason' : withoutFullStop(status.message);
    return {
        title: `The ${serviceName(access)} refused ${request.method} ${request.path}`,
        explanation: `${reason} (${answer.status}).`,
    };
}
function withoutFullStop(text) {
    return text.trim().replace(/\.$/, '');
}
const unreachableReasons = {
    ECONNREFUSED: 'the connection was refused',
    ECONNRESET: 'the connection was closed by the other side',
    EPIPE: 'the connection was closed by the other side',
    ENOTFOUND: 'the host name is not known',
    EAI_AGAIN: 'the host name could not be looked up',
    EHOSTUNREACH: 'there is no route to the host',
    ENETUNREACH: 'there is no route to the network',
    ETIMEDOUT: 'there was no answer in time',
};
/** Codes of Node.js and OpenSSL for certificates that do not hold. */
const certificateReasons = {
    SELF_SIGNED_CERT_IN_CHAIN: otherAuthority,
    DEPTH_ZERO_SELF_SIGNED_CERT: otherAuthority,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: otherAuthority,
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: otherAuthority,
    CERT_SIGNATURE_FAILURE: otherAuthority,
    ERR_TLS_CERT_ALTNAME_INVALID: () => 'It is for another host name.',
    CERT_HAS_EXPIRED: () => 'It has expired.',
    CERT_NOT_YET_VALID: () => 'It is not valid yet.',
};
function otherAuthority({ source }) {
    return `It is not signed by the authority that ${source} gives.`;
}
/** The error for a request that got no answer at all. */
function connectionError(access, error) {
    const code = (0,errors/* systemCodeOf */.c7)(error) ?? '';
    const certificateReason = certificateReasons[code];
    const words = wordsOf(access);
    if (certificateReason !== undefined) {
        return new errors/* ServiceError */._7({
            service: serviceName(access),
            title: `The certificate of the ${serviceName(access)} is not trusted`,
            explanation: certificateReason(words),
            remedy: words.ifUntrusted,
            cause: error,
        });
    }
    if (isUnusableCertificate(code))
        return unusableCertificates(words, error);
    const reason = unreachableReasons[code] ?? (0,errors/* messageOf */.bD)(error);
    return new errors/* ServiceError */._7({
        service: serviceName(access),
        title: `No answer from the ${serviceName(access)}`,
        explanation: `The request failed: ${reason}${code === '' ? '' : ` (${code})`}.`,
        remedy: words.ifUnreachable,
        isRetryable: true,
        cause: error,
    });
}
/** OpenSSL could not read what is given as certificate, key or authority. */
function isUnusableCertificate(code) {
    return code.startsWith('ERR_OSSL') || code === 'ERR_CRYPTO_OPERATION_FAILED';
}
function unusableCertificates({ source, ifUnreadable }, error) {
    return new errors/* ConfigurationError */.j1({
        title: `The certificates that ${source} gives cannot be read`,
        explanation: `${(0,errors/* messageOf */.bD)(error)}.`,
        remedy: ifUnreadable,
        cause: error,
    });
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
;// CONCATENATED MODULE: ./node_modules/@kubernetes/client-node/dist/exec_auth.js

class ExecAuth {
    constructor() {
        this.tokenCache = {};
        this.execFn = external_node_child_process_.spawn;
    }
    isAuthProvider(user) {
        if (!user) {
            return false;
        }
        if (user.exec) {
            return true;
        }
        if (!user.authProvider) {
            return false;
        }
        return (user.authProvider.name === 'exec' || !!(user.authProvider.config && user.authProvider.config.exec));
    }
    async applyAuthentication(user, opts) {
        const credential = await this.getCredential(user);
        if (!credential) {
            return;
        }
        if (credential.status.clientCertificateData) {
            opts.cert = credential.status.clientCertificateData;
        }
        if (credential.status.clientKeyData) {
            opts.key = credential.status.clientKeyData;
        }
        const token = this.getToken(credential);
        if (token) {
            if (!opts.headers) {
                opts.headers = {};
            }
            opts.headers['Authorization'] = `Bearer ${token}`;
        }
    }
    getToken(credential) {
        if (!credential) {
            return null;
        }
        if (credential.status.token) {
            return credential.status.token;
        }
        return null;
    }
    async getCredential(user) {
        // TODO: Add a unit test for token caching.
        const cachedToken = this.tokenCache[user.name];
        if (cachedToken) {
            if (!cachedToken.status.expirationTimestamp) {
                return cachedToken;
            }
            const date = Date.parse(cachedToken.status.expirationTimestamp);
            if (date > Date.now()) {
                return cachedToken;
            }
            this.tokenCache[user.name] = null;
        }
        let exec = null;
        if (user.authProvider && user.authProvider.config) {
            exec = user.authProvider.config.exec;
        }
        if (user.exec) {
            exec = user.exec;
        }
        if (!exec) {
            return null;
        }
        if (!exec.command) {
            throw new Error('No command was specified for exec authProvider!');
        }
        let opts = {};
        if (exec.env) {
            const env = { ...process.env };
            exec.env.forEach((elt) => (env[elt.name] = elt.value));
            opts = { ...opts, env };
        }
        return new Promise((resolve, reject) => {
            let stdoutData = '';
            let stderrData = '';
            let savedError = undefined;
            const subprocess = this.execFn(exec.command, exec.args, opts);
            subprocess.stdout.setEncoding('utf8');
            subprocess.stderr.setEncoding('utf8');
            subprocess.stdout.on('data', (data) => {
                stdoutData += data;
            });
            subprocess.stderr.on('data', (data) => {
                stderrData += data;
            });
            subprocess.on('error', (error) => {
                savedError = error;
            });
            subprocess.on('close', (code) => {
                if (savedError) {
                    reject(savedError);
                    return;
                }
                if (code !== 0) {
                    reject(new Error(stderrData));
                    return;
                }
                try {
                    const obj = JSON.parse(stdoutData);
                    this.tokenCache[user.name] = obj;
                    resolve(obj);
                }
                catch (error) {
                    reject(error);
                }
            });
        });
    }
}
//# sourceMappingURL=exec_auth.js.map
;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/credential.js



/**
 * Sends a request with a credential. One may end while a job waits: one that is refused (401), so
 * that nothing was done, is replaced once where another can be had.
 */
async function sendWith(source, send) {
    const first = await source.current();
    const answer = await send(first);
    if (answer.status !== 401 || !source.discard(first))
        return answer;
    return send(await source.current());
}
/**
 * Where the credentials of a cluster come from: a login, or a kubeconfig user itself, or a plugin
 * that it names. What a plugin hands out is masked before it is used.
 * @throws {@link ConfigurationError} when the user has credentials of a kind that is not supported.
 */
function credentialSource(access, mask) {
    if ('login' in access)
        return loginSource(access.login);
    const { user } = access;
    if (isJsonObject(user.exec))
        return pluginSource(access, user.exec, mask);
    if (isJsonObject(user.authProvider))
        throw unsupportedProvider(access);
    const credential = staticCredential(access);
    return { current: () => Promise.resolve(credential), discard: () => false };
}
const scheme = 'Bearer ';
function loginSource(login) {
    return {
        current: async () => ({ authorization: `${scheme}${await login.token()}` }),
        discard({ authorization = '' }) {
            login.discard(authorization.slice(scheme.length));
            return true;
        },
    };
}
function staticCredential({ user }) {
    const basic = `${user.username ?? ''}:${user.password ?? ''}`;
    const authorization = user.token !== undefined
        ? `${scheme}${user.token.trim()}`
        : user.username
            ? `Basic ${Buffer.from(basic).toString('base64')}`
            : undefined;
    return {
        ...(authorization === undefined ? {} : { authorization }),
        ...(user.certData ? { certificate: fromBase64(user.certData) } : {}),
        ...(user.keyData ? { key: fromBase64(user.keyData) } : {}),
    };
}
/** The text of a field that kubeconfig keeps in base64. */
function fromBase64(text) {
    return Buffer.from(text, 'base64').toString('utf8');
}
function pluginSource(access, exec, mask) {
    // It keeps what the plugin gave until that expires, or until another one takes its place.
    let plugin = new ExecAuth();
    let latest;
    const user = { ...access.user, exec: withExecInfo(access, exec) };
    return {
        async current() {
            const options = {};
            try {
                await plugin.applyAuthentication(user, options);
            }
            catch (error) {
                throw pluginFailure(access, String(exec.command), error);
            }
            latest = maskedCredential(options, mask);
            return latest;
        },
        discard(refused) {
            // Requests run side by side: another one may have run the plugin again already.
            if (isSame(refused, latest))
                plugin = new ExecAuth();
            return true;
        },
    };
}
function isSame(one, other) {
    return one.authorization === other?.authorization && one.certificate === other?.certificate;
}
/** Plugins of `client.authentication.k8s.io/v1` expect to be told which version they answer. */
function withExecInfo({ cluster }, exec) {
    const info = {
        apiVersion: exec.apiVersion,
        kind: 'ExecCredential',
        spec: { interactive: false, cluster: { server: cluster.server } },
    };
    const variables = Array.isArray(exec.env) ? objectsOf(exec.env) : [];
    return {
        ...exec,
        env: [...variables, { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }],
    };
}
function maskedCredential(options, mask) {
    const headers = options.headers;
    const header = isJsonObject(headers) ? headers.Authorization : undefined;
    const credential = {
        ...(typeof header === 'string' ? { authorization: header } : {}),
        ...(typeof options.cert === 'string' ? { certificate: options.cert } : {}),
        ...(typeof options.key === 'string' ? { key: options.key } : {}),
    };
    if (credential.authorization !== undefined)
        mask(credential.authorization.replace(/^\S+ /, ''));
    if (credential.key !== undefined)
        mask(credential.key);
    return credential;
}
function pluginFailure(access, command, error) {
    const title = `Credential plugin "${command}" of the kubeconfig user "${access.user.name}" failed`;
    if ((0,errors/* systemCodeOf */.c7)(error) === 'ENOENT') {
        return new errors/* ConfigurationError */.j1({
            title,
            explanation: 'The program is not there on this runner.',
            remedy: `Install "${command}" in an earlier step, or give a kubeconfig with a token.`,
            cause: error,
        });
    }
    return new errors/* ServiceError */._7({
        service: command,
        title,
        explanation: `It said: ${(0,errors/* messageOf */.bD)(error).trim() || 'nothing'}.`,
        remedy: 'Check that it works in an earlier step of this job.',
        cause: error,
    });
}
function unsupportedProvider({ user }) {
    return new errors/* ConfigurationError */.j1({
        title: `The kubeconfig user "${user.name}" cannot be used`,
        explanation: 'It has an "auth-provider", which Kubernetes has removed in version 1.26.',
        remedy: 'Give a kubeconfig with a token, a client certificate or an "exec" plugin.',
    });
}

// EXTERNAL MODULE: external "node:http"
var external_node_http_ = __webpack_require__(7067);
// EXTERNAL MODULE: external "node:https"
var external_node_https_ = __webpack_require__(4708);
// EXTERNAL MODULE: ./packages/core/lib/loopback.js
var loopback = __webpack_require__(7076);
// EXTERNAL MODULE: external "node:net"
var external_node_net_ = __webpack_require__(7030);
// EXTERNAL MODULE: external "node:tls"
var external_node_tls_ = __webpack_require__(1692);
;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/connect-tls.js



/** A private endpoint seen from outside drops packets: ten seconds tell as much as two minutes. */
const connectTimeoutMilliseconds = 10_000;
/** What the server's certificate has to be like, and the one that we show. */
function tlsOptions({ cluster }, credential) {
    return {
        ...(cluster.caData ? { ca: fromBase64(cluster.caData) } : {}),
        ...(credential.certificate === undefined ? {} : { cert: credential.certificate }),
        ...(credential.key === undefined ? {} : { key: credential.key }),
        ...(cluster.tlsServerName ? { servername: cluster.tlsServerName } : {}),
        rejectUnauthorized: cluster.skipTLSVerify !== true,
    };
}
/** Connects to the API server, and asks it whether it speaks HTTP/2 (by ALPN). */
async function connectTls(access, credential) {
    const { hostname, port } = new URL(access.cluster.server);
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    return new Promise((resolve, reject) => {
        const socket = external_node_tls_.connect({
            host,
            port: Number(port || 443),
            ALPNProtocols: ['h2', 'http/1.1'],
            ...((0,external_node_net_.isIP)(host) === 0 ? { servername: host } : {}),
            ...tlsOptions(access, credential),
        });
        const timer = setTimeout(() => socket.destroy(timeoutError()), connectTimeoutMilliseconds);
        socket.once('close', () => clearTimeout(timer));
        socket.once('error', reject);
        socket.once('secureConnect', () => {
            clearTimeout(timer);
            socket.off('error', reject);
            resolve(socket);
        });
    });
}
/** The system's error for an answer that does not come. */
function timeoutError() {
    return Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });
}

// EXTERNAL MODULE: external "node:http2"
var external_node_http2_ = __webpack_require__(2467);
;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/session.js



/** Lists of thousands of objects come without the server waiting for leave to send on. */
const windowBytes = 8_388_608;
/**
 * Connects by HTTP/2; undefined where the server speaks HTTP/1.1 only. Between requests the session
 * keeps no program from ending.
 */
async function openSession(access, credential) {
    const socket = await connectTls(access, credential);
    if (socket.alpnProtocol !== 'h2') {
        socket.destroy();
        return undefined;
    }
    const session = external_node_http2_.connect(access.cluster.server, {
        createConnection: () => socket,
        settings: { enablePush: false, initialWindowSize: windowBytes },
    });
    session.setLocalWindowSize(windowBytes);
    // The requests that it ends say so themselves.
    session.on('error', () => undefined);
    return sessionOver(session);
}
function sessionOver(session) {
    let waiting = 0;
    return {
        async exchange(request, sending) {
            waiting += 1;
            session.ref();
            try {
                return await exchangeOver(session, request, sending);
            }
            catch (error) {
                // Nothing that is sent over a silent connection is answered: the next one may be.
                if ((0,errors/* systemCodeOf */.c7)(error) === 'ETIMEDOUT')
                    session.close();
                throw error;
            }
            finally {
                waiting -= 1;
                if (waiting === 0)
                    session.unref();
            }
        },
        isOpen: () => !(session.closed || session.destroyed),
    };
}
async function exchangeOver(session, { method, body }, { url, headers, signal, timeoutMilliseconds }) {
    signal.throwIfAborted();
    const path = `${url.pathname}${url.search}`;
    const stream = begin(session, { ':method': method, ':path': path, ...headers });
    const late = setTimeout(() => stream.destroy(timeoutError()), timeoutMilliseconds);
    const abort = () => void stream.destroy(new Error('aborted', { cause: signal.reason }));
    signal.addEventListener('abort', abort);
    try {
        return await answerOn(stream, body);
    }
    finally {
        clearTimeout(late);
        signal.removeEventListener('abort', abort);
    }
}
/** A session may end between the moment it is chosen and the request. */
function begin(session, headers) {
    try {
        return session.request(headers, { endStream: false });
    }
    catch (error) {
        throw reasonOf(error);
    }
}
async function answerOn(stream, body) {
    return new Promise((resolve, reject) => {
        let head;
        let failure;
        const chunks = [];
        stream.on('response', (headers) => (head = headers));
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('error', (error) => (failure = error));
        stream.on('close', () => {
            if (failure !== undefined || head === undefined || isCut(stream)) {
                reject(reasonOf(failure));
                return;
            }
            const text = Buffer.concat(chunks).toString('utf8');
            resolve({ status: head[':status'] ?? 0, text, headers: head });
        });
        stream.end(body);
    });
}
function isCut(stream) {
    return stream.aborted || stream.rstCode !== external_node_http2_.constants.NGHTTP2_NO_ERROR;
}
/** HTTP/2 has many names for a connection that the other side has closed. */
function reasonOf(failure) {
    if (failure instanceof Error && (0,errors/* systemCodeOf */.c7)(failure)?.startsWith('ERR_HTTP2') !== true) {
        return failure;
    }
    return Object.assign(new Error('the connection ended', { cause: failure }), {
        code: 'ECONNRESET',
    });
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/session-pool.js

/**
 * Keeps one session for as long as it and the client certificate last: the handshakes of many
 * connections cost the server as much as the requests that they carry.
 */
function sessionPool(access) {
    let current;
    return async (credential) => {
        const { certificate } = credential;
        const known = current;
        if (known?.certificate === certificate && (await isUsable(known?.session))) {
            return known?.session;
        }
        // Of many requests that find it gone, the first opens the next.
        if (current === known)
            current = { certificate, session: openSession(access, credential) };
        return current?.session;
    };
}
async function isUsable(opening) {
    if (opening === undefined)
        return false;
    try {
        const session = await opening;
        return session?.isOpen() ?? true;
    }
    catch {
        // Whoever opened it has been told.
        return false;
    }
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/client/transport.js






const answerTimeoutMilliseconds = 30_000;
/** Enough to hide latency, few enough not to be throttled by API priority and fairness. */
const connections = 32;
/**
 * Requests over what is kept open, with the certificates that the kubeconfig gives: one connection
 * by HTTP/2 where the server speaks it and no proxy is in between, else several.
 */
function clusterTransport(access, options) {
    const { environment, userAgent } = options;
    const pool = agentPool(access, { environment, connections });
    const sessions = isDirect(access, environment) ? sessionPool(access) : undefined;
    return async (request, signal) => sendWith(options.credential, async (credential) => {
        const headers = headersOf(request, credential, { access, userAgent });
        const sending = { url: urlOf(access, request), headers, signal };
        const session = await sessions?.(credential);
        if (session === undefined)
            return send(request, { ...sending, agent: pool(credential) });
        return session.exchange(request, {
            ...sending,
            timeoutMilliseconds: answerTimeoutMilliseconds,
        });
    });
}
/** Whether a TLS connection can be made without asking a proxy for it. */
function isDirect({ cluster }, environment) {
    const { HTTPS_PROXY, https_proxy } = proxyFor(cluster, environment);
    return cluster.server.startsWith('https:') && !HTTPS_PROXY && !https_proxy;
}
/** Keeps an agent for as long as the client certificate stays the same. */
function agentPool(access, options) {
    let current;
    return (credential) => {
        if (current === undefined || current.certificate !== credential.certificate) {
            current?.agent.destroy();
            current = {
                certificate: credential.certificate,
                agent: newAgent(access, credential, options),
            };
        }
        return current.agent;
    };
}
function newAgent(access, credential, { environment, connections: maxSockets }) {
    const { cluster } = access;
    const proxyEnv = proxyFor(cluster, environment);
    const common = { keepAlive: true, maxSockets, proxyEnv };
    if (cluster.server.startsWith('http:'))
        return new external_node_http_.Agent(common);
    return new external_node_https_.Agent({ ...common, ...tlsOptions(access, credential) });
}
/** No proxy leads to this machine: such an address is the end of a tunnel. */
function proxyFor({ server, proxyUrl }, environment) {
    if (proxyUrl)
        return { HTTPS_PROXY: proxyUrl };
    return (0,loopback/* isLoopback */.U)(new URL(server).host) ? {} : environment;
}
/** Where a request goes. */
function urlOf({ cluster }, request) {
    const url = new URL(cluster.server);
    url.pathname = `${url.pathname.replace(/\/$/, '')}${request.path}`;
    url.search = new URLSearchParams(request.query ?? {}).toString();
    return url;
}
/** What a request says of itself and of who makes it. */
function headersOf(request, credential, { access, userAgent }) {
    const impersonateUser = 'user' in access ? access.user.impersonateUser : undefined;
    return {
        accept: request.accept ?? 'application/json',
        'user-agent': userAgent,
        ...(request.body === undefined
            ? {}
            : {
                'content-type': request.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(request.body).toFixed(0),
            }),
        ...(credential.authorization === undefined ? {} : { authorization: credential.authorization }),
        ...(impersonateUser ? { 'impersonate-user': impersonateUser } : {}),
    };
}
async function send(request, { url, agent, headers, signal }) {
    const make = url.protocol === 'http:' ? external_node_http_.request : external_node_https_.request;
    const timeout = AbortSignal.timeout(answerTimeoutMilliseconds);
    return new Promise((resolve, reject) => {
        const outgoing = make(url, {
            method: request.method,
            agent,
            headers,
            signal: AbortSignal.any([signal, timeout]),
        });
        rejectSlowConnections(outgoing);
        outgoing.on('error', (error) => reject(timeout.aborted ? timeoutError() : error));
        outgoing.on('response', (incoming) => {
            collect(incoming).then(resolve, reject);
        });
        outgoing.end(request.body);
    });
}
function rejectSlowConnections(outgoing) {
    outgoing.on('socket', (socket) => {
        if (!socket.connecting)
            return;
        const timer = setTimeout(() => outgoing.destroy(timeoutError()), connectTimeoutMilliseconds);
        socket.once('connect', () => clearTimeout(timer));
        socket.once('close', () => clearTimeout(timer));
    });
}
async function collect(incoming) {
    const chunks = [];
    for await (const chunk of incoming)
        if (chunk instanceof Uint8Array)
            chunks.push(chunk);
    return {
        status: incoming.statusCode ?? 0,
        text: Buffer.concat(chunks).toString('utf8'),
        headers: incoming.headers,
    };
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/access/access-review.js





const atATime = 8;
/**
 * Asks a cluster what a token may do in it; each answer is the API server's own, for the very
 * verb and resource.
 */
function accessReview(cluster, ports) {
    const access = accessTo(cluster);
    const transport = clusterTransport(access, {
        credential: credentialSource(access, () => undefined),
        userAgent: 'oke-pipeline (check)',
        environment: ports.environment,
    });
    return {
        async userName() {
            try {
                const review = await post('authentication.k8s.io', 'SelfSubjectReview', undefined);
                const name = fieldOf(review, 'status', 'userInfo', 'username');
                return typeof name === 'string' ? name : undefined;
            }
            catch (error) {
                if (hasStatus(error, 404))
                    return undefined;
                throw error;
            }
        },
        async missing(rules, namespace) {
            const reviewed = rules.map((rule) => ({ rule, missing: [] }));
            const questions = reviewed.flatMap(({ rule, missing }) => rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({ rule, missing, thing: { verb, resource } }))));
            await forEachBounded(questions, { limit: atATime, signal: ports.signal }, async ({ rule, missing, thing }) => {
                const attributes = attributesOf(rule, thing, namespace);
                const spec = { resourceAttributes: attributes };
                const review = await post('authorization.k8s.io', 'SelfSubjectAccessReview', spec);
                if (fieldOf(review, 'status', 'allowed') !== true)
                    missing.push(thing);
            });
            return reviewed.map(({ rule, missing }) => ({ rule, missing: inOrder(missing, rule) }));
        },
    };
    /** Reviews leave nothing behind: they may be asked again. */
    async function post(group, kind, spec) {
        const request = {
            method: 'POST',
            path: `/apis/${group}/v1/${kind.toLowerCase()}s`,
            body: JSON.stringify({ apiVersion: `${group}/v1`, kind, spec }),
        };
        return (0,retry/* retry */.L5)(async () => {
            const answer = await answerTo(request);
            if (answer.status >= 400)
                throw apiError(access, request, answer);
            return JSON.parse(answer.text);
        }, ports);
    }
    async function answerTo(request) {
        try {
            return await transport(request, ports.signal);
        }
        catch (error) {
            ports.signal.throwIfAborted();
            throw connectionError(access, error);
        }
    }
}
function accessTo({ server, certificateAuthority, token }) {
    return {
        context: 'check',
        cluster: { name: 'check', server, caData: certificateAuthority, skipTLSVerify: false },
        user: { name: 'check', token },
    };
}
/** In the order in which the rule has them, not in that of the answers. */
function inOrder(things, { resources, verbs }) {
    const place = ({ resource, verb }) => resources.indexOf(resource) * verbs.length + verbs.indexOf(verb);
    return things.toSorted((one, other) => place(one) - place(other));
}
function attributesOf({ apiGroup }, { verb, resource }, namespace) {
    const [plural = '', subresource] = resource.split('/');
    return {
        namespace,
        verb,
        group: apiGroup,
        resource: plural,
        ...(subresource === undefined ? {} : { subresource }),
        // A namespace is asked about by its name, as the request that reads it has it.
        ...(plural === 'namespaces' ? { name: namespace } : {}),
    };
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/access/needed-rules.js
const ofRelease = ['get', 'list', 'watch', 'create', 'patch', 'delete'];
/**
 * Every rule that deploy-oke, promote and rollback use; nothing else. The Role in deploy-oke's
 * README, the one that oci-auth generates and what its check asks the API server are made of it.
 */
const neededRules = [
    {
        why: 'The objects of the release. Secrets also hold the release history.',
        apiGroup: '',
        resources: ['secrets', 'configmaps', 'services', 'serviceaccounts', 'persistentvolumeclaims'],
        verbs: ofRelease,
    },
    {
        why: 'Workloads.',
        apiGroup: 'apps',
        resources: ['deployments', 'statefulsets', 'daemonsets'],
        verbs: ofRelease,
    },
    { why: 'Jobs.', apiGroup: 'batch', resources: ['jobs', 'cronjobs'], verbs: ofRelease },
    {
        why: 'How the workloads are reached.',
        apiGroup: 'networking.k8s.io',
        resources: ['ingresses', 'networkpolicies'],
        verbs: ofRelease,
    },
    {
        why: 'How the workloads are scaled.',
        apiGroup: 'autoscaling',
        resources: ['horizontalpodautoscalers'],
        verbs: ofRelease,
    },
    {
        why: 'How the workloads may be disrupted.',
        apiGroup: 'policy',
        resources: ['poddisruptionbudgets'],
        verbs: ofRelease,
    },
    {
        why: 'The lock: one run at a time deploys a release.',
        apiGroup: 'coordination.k8s.io',
        resources: ['leases'],
        verbs: ['get', 'create', 'update'],
    },
    {
        why: 'To see what runs, and why it does not. Broken pods of a StatefulSet block its update until they are deleted. Created are pods in dry runs only, to ask Pod Security; without it, it does not ask.',
        apiGroup: '',
        resources: ['pods'],
        verbs: ['get', 'list', 'watch', 'create', 'delete'],
    },
    {
        why: 'What the cluster says of what does not run.',
        apiGroup: '',
        resources: ['events'],
        verbs: ['list', 'watch'],
    },
    {
        why: 'The last lines of a container that failed.',
        apiGroup: '',
        resources: ['pods/log'],
        verbs: ['get'],
    },
    {
        why: 'Which pods belong to which revision.',
        apiGroup: 'apps',
        resources: ['replicasets'],
        verbs: ['get', 'list', 'watch'],
    },
    {
        why: 'Whether Services have endpoints; without this rule it does not look.',
        apiGroup: 'discovery.k8s.io',
        resources: ['endpointslices'],
        verbs: ['list', 'watch'],
    },
    {
        why: 'To tell a namespace that does not exist from one that may not be seen.',
        apiGroup: '',
        resources: ['namespaces'],
        verbs: ['get'],
    },
];

// EXTERNAL MODULE: ./packages/oci/lib/cluster/cluster-place.js
var cluster_place = __webpack_require__(4426);
// EXTERNAL MODULE: ./packages/oci/lib/cluster/cluster-access.js + 1 modules
var cluster_access = __webpack_require__(7435);
// EXTERNAL MODULE: ./packages/oci/lib/cluster/cluster-token.js
var cluster_token = __webpack_require__(8960);
;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/check.js

/** A check that came out well. */
function works(name, says) {
    return { name, outcome: 'works', says, fixes: [] };
}
/** A check that could not be made, and why. */
function untried(name, says) {
    return { name, outcome: 'untried', says, fixes: [] };
}
/** A check that came out badly, and what puts it right. */
function fails(name, says, fixes = []) {
    return { name, outcome: 'fails', says, fixes };
}
/** A check that failed with an error that is made to be read; others are faults of ours. */
function failed(name, error, fixes = []) {
    if (!(error instanceof errors/* ReportedError */.SS))
        throw error;
    const { title, explanation, remedy } = error;
    const says = `${title}: ${explanation.trim()}`;
    return fails(name, fixes.length > 0 || remedy === undefined ? says : `${says} ${remedy.trim()}`, fixes);
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/check-cluster.js



/** Whether a cluster can be found, lets the identity in, and allows what deploy-oke does. */
async function checkCluster(cluster, context) {
    const found = await findApi(cluster, context);
    if (found.value === undefined)
        return found.checks;
    const entered = await enter(found.value, context);
    if (entered.value === undefined)
        return [...found.checks, ...entered.checks];
    const reviews = await Promise.all(context.namespaces.map((namespace) => checkNamespace(found.value, namespace, context)));
    return [...found.checks, ...entered.checks, ...reviews.flat()];
}
async function findApi(cluster, { identity, endpoint, statements, ports }) {
    const name = 'Find the cluster';
    try {
        const there = (0,cluster_place/* inRegionOf */.p)(cluster, identity);
        const client = (0,oci_client/* ociClient */.J)(there.session, there, ports);
        const access = await (0,cluster_access/* clusterAccess */.V)(client, cluster, endpoint);
        const { token } = await (0,cluster_token/* clusterToken */.g)(there, cluster, ports.clock);
        ports.mask(token);
        const says = `Its API server is at ${access.server} (${endpoint}).`;
        return { checks: [works(name, says)], value: accessReview({ ...access, token }, ports) };
    }
    catch (error) {
        return { checks: [failed(name, error, statements)], value: undefined };
    }
}
async function enter(review, { endpoint, statements }) {
    const name = 'Talk to the API server';
    try {
        const user = (await review.userName()) ?? 'a user whose name it does not tell';
        return { checks: [works(name, `It knows the identity as ${user}.`)], value: user };
    }
    catch (error) {
        const isLetIn = statusOf(error) !== 401;
        const fixes = isLetIn ? reachFixes(endpoint) : statements;
        return { checks: [failed(name, error, fixes)], value: undefined };
    }
}
function statusOf(error) {
    return typeof error === 'object' && error !== null ? Reflect.get(error, 'status') : undefined;
}
function reachFixes(endpoint) {
    return endpoint === 'public'
        ? ['cluster-endpoint: private # where the cluster has no public endpoint']
        : ['runs-on: [self-hosted] # a runner within the network of the cluster'];
}
async function checkNamespace(review, namespace, { role }) {
    const name = `Deploy to ${namespace}`;
    try {
        const reviewed = (await review?.missing(neededRules, namespace)) ?? [];
        const isComplete = reviewed.every(({ missing }) => missing.length === 0);
        if (isComplete)
            return [works(name, 'Every rule of the Role is there.')];
        // One Role has all of them: it is told once, at the first that is missing.
        let fixes = [role(namespace)];
        return reviewed.map((rule) => {
            const check = ruleCheck(name, rule, fixes);
            if (check.outcome === 'fails')
                fixes = [];
            return check;
        });
    }
    catch (error) {
        return [failed(name, error)];
    }
}
function ruleCheck(name, { rule, missing }, fixes) {
    const title = `${name}: ${rule.resources.join(', ')}`;
    if (missing.length === 0)
        return works(title, `It may ${rule.verbs.join(', ')}.`);
    const byVerb = Map.groupBy(missing, ({ verb }) => verb);
    const lacks = [...byVerb].map(([verb, things]) => `${verb} ${things.map(({ resource }) => resource).join(', ')}`);
    return fails(title, `It may not ${lacks.join('; ')}.`, fixes);
}

// EXTERNAL MODULE: ./packages/oci/lib/principal/github-token.js
var github_token = __webpack_require__(2263);
// EXTERNAL MODULE: ./packages/oci/lib/principal/token-claims.js
var token_claims = __webpack_require__(9781);
;// CONCATENATED MODULE: ./packages/oci/lib/principal/workflow-token.js




const claimsSchema = dist/* object */.Ikc({ sub: dist/* string */.YjP() });
/** Asks GitHub for a token of this job, and reads its subject; the token itself is dropped. */
async function workflowToken(audience, ports) {
    try {
        const token = await (0,github_token/* githubToken */.bU)(audience, ports);
        return { subject: (0,token_claims/* claimsOf */.d)(token, claimsSchema).sub };
    }
    catch (error) {
        if (error instanceof errors/* ReportedError */.SS)
            return { refusal: error };
        throw error;
    }
}

// EXTERNAL MODULE: ./packages/oci/lib/principal/github-oidc.js + 1 modules
var github_oidc = __webpack_require__(4643);
;// CONCATENATED MODULE: ./packages/oci/lib/permissions/trust-plan.js

/** The SCIM schema of an identity propagation trust. */
const trustSchema = 'urn:ietf:params:scim:schemas:oracle:idcs:IdentityPropagationTrust';
/** The subject of the tokens that jobs of one environment of a repository get. */
function environmentSubject(repository, environment) {
    // GitHub escapes a colon in the name of an environment, which would look like the next part.
    return `repo:${repository}:environment:${environment.replaceAll(':', '%3A')}`;
}
/** Whether a subject is that of one environment; every branch and pull request has others. */
function isPinned(subject) {
    return /:environment:[^*:]+$/.test(subject);
}
/** A rule of a trust for one subject; its value is not quoted. */
function trustRule(subject) {
    return `sub eq ${subject}`;
}
/** The trust as the identity domain's SCIM API takes it. */
function trustDocument(plan, parts) {
    return {
        schemas: [trustSchema],
        name: 'github-actions',
        type: 'JWT',
        active: true,
        issuer: github_oidc/* githubIssuer */.r,
        publicKeyEndpoint: `${github_oidc/* githubIssuer */.r}/.well-known/jwks`,
        oauthClients: [parts.client],
        clientClaimName: 'aud',
        clientClaimValues: [plan.audience],
        subjectClaimName: 'sub',
        subjectType: 'User',
        subjectMappingAttribute: 'userName',
        allowImpersonation: true,
        impersonationServiceUsers: plan.subjects.map((subject) => ({
            rule: trustRule(subject),
            value: parts.user,
        })),
    };
}

// EXTERNAL MODULE: ./packages/oci/lib/principal/find-identity.js + 7 modules
var find_identity = __webpack_require__(5770);
;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/check-identity.js


/** Gets the identity that the inputs ask for. */
async function checkIdentity(inputs, ports) {
    if (!usesWorkflowToken(inputs, ports)) {
        const { checks, value } = await checkSession(inputs, ports);
        return { checks, value: { subject: undefined, identity: value } };
    }
    const token = await workflowToken(inputs['oci-audience'], ports);
    if ('refusal' in token) {
        const subject = undefined;
        const checks = [failed('Token of this workflow', token.refusal)];
        return { checks, value: { subject, identity: undefined } };
    }
    const { subject } = token;
    const { checks, value } = await checkSession(inputs, ports, subject);
    const about = [works('Token of this workflow', `GitHub says that it is ${subject}.`)];
    return { checks: [...about, pinning(subject), ...checks], value: { subject, identity: value } };
}
function usesWorkflowToken(inputs, { environment }) {
    const way = inputs['oci-auth'];
    if (way !== 'auto')
        return way === 'github-oidc';
    const variable = environment.OCI_TOKEN_EXCHANGE_DOMAIN_URL ?? '';
    return inputs['oci-domain-url'] !== undefined || variable !== '';
}
function pinning(subject) {
    const name = 'Job of one environment';
    if (isPinned(subject)) {
        return works(name, 'A trust can let in this environment of this repository alone.');
    }
    return {
        name,
        outcome: 'warns',
        says: 'The job names no environment: a trust could only be pinned to a branch, and without the environment’s protection rules.',
        fixes: ['environment: production # in the job, beside "runs-on"'],
    };
}
async function checkSession(inputs, ports, subject) {
    const name = subject === undefined ? 'Identity in OCI' : 'Token exchange';
    try {
        const identity = await (0,find_identity/* findIdentity */.g)(inputs, ports);
        const granted = await identity.session.granted();
        const until = granted === undefined ? '' : `, until ${granted.expiresAt.toISOString()}`;
        const says = `${identity.session.description} (${identity.way})${until}.`;
        return { checks: [works(name, says)], value: identity };
    }
    catch (error) {
        const rule = subject === undefined ? [] : [trustRule(subject)];
        return { checks: [failed(name, error, rule)], value: undefined };
    }
}

// EXTERNAL MODULE: ./packages/core/lib/secrets.js
var secrets = __webpack_require__(3468);
;// CONCATENATED MODULE: ./packages/oci/lib/registry/tenancy-namespace.js

/** What a namespace looks like: the part of a repository's name between host and repository. */
const namespaceGrammar = /^[a-z0-9]+(?:[_-]+[a-z0-9]+)*$/;
/**
 * The namespace of the tenancy that a client is of, which stands first in the names of its
 * repositories. Everybody may ask for it: it takes no policy.
 * https://docs.oracle.com/en-us/iaas/api/#/en/objectstorage/20160918/Namespace/GetNamespace
 */
async function tenancyNamespace(client) {
    const { value } = await client.json({
        service: 'object-storage',
        method: 'GET',
        path: '/n',
        doing: 'Looking up the namespace of the tenancy',
    }, dist/* pipe */.FsL(dist/* string */.YjP(), dist/* regex */.yGV(namespaceGrammar)));
    return value;
}
/** The name of a tenancy, which people take for its namespace. */
async function tenancyName(client, tenancy) {
    const { value } = await client.json({
        service: 'identity',
        method: 'GET',
        path: `/tenancies/${encodeURIComponent(tenancy)}`,
        doing: 'Looking up the name of the tenancy',
        policy: 'Allow group … to inspect tenancies in tenancy',
    }, v.object({ name: v.string() }));
    return value.name;
}

// EXTERNAL MODULE: ./packages/oci/lib/registry/registry-login.js
var registry_login = __webpack_require__(9720);
;// CONCATENATED MODULE: ./packages/oci/lib/client/all-pages.js


const mostPages = 1000;
/**
 * The items of all pages of a list.
 * @throws ServiceError when a service sends the same page again and again.
 */
async function allPages(client, call, item) {
    const schema = dist/* object */.Ikc({ items: dist/* array */.YOg(item) });
    const items = [];
    const seen = new Set();
    let page;
    do {
        const answer = await client.json({ ...call, query: { ...call.query, page } }, schema);
        items.push(...answer.value.items);
        page = answer.nextPage;
        if (page === undefined)
            return items;
        if (seen.has(page))
            throw endless(call);
        seen.add(page);
    } while (seen.size < mostPages);
    throw endless(call);
}
function endless({ doing }) {
    return new errors/* ServiceError */._7({
        service: 'OCI',
        title: `${doing} does not come to an end`,
        explanation: `The service names the same page twice, or more than ${mostPages} pages.`,
        remedy: 'Run this job again; if it stays, report it.',
    });
}

;// CONCATENATED MODULE: ./packages/oci/lib/registry/find-repository.js


const listedSchema = dist/* object */.Ikc({
    id: dist/* string */.YjP(),
    compartmentId: dist/* string */.YjP(),
    isPublic: dist/* nullish */.cl6(dist/* boolean */.zMY(), false),
});
/**
 * Looks a repository up by its name, in a compartment and those below it. Undefined where there is
 * none; OCI says the same of none and of one that may not be seen only where nothing may be listed.
 */
async function findRepository(client, compartment, name) {
    const [found] = await allPages(client, {
        service: 'artifacts',
        method: 'GET',
        path: '/container/repositories',
        query: { compartmentId: compartment, compartmentIdInSubtree: 'true', displayName: name },
        doing: `Looking up the repository "${name}"`,
        policy: 'Allow group … to inspect repos in …',
    }, listedSchema);
    return found && { id: found.id, compartment: found.compartmentId, isPublic: found.isPublic };
}

;// CONCATENATED MODULE: ./packages/oci/lib/permissions/access-plan.js


/** The IAM policies of a plan. */
function planStatements({ purposes, parts, subject }) {
    return (0,permission/* permissionsFor */.mr)(purposes).flatMap((permission) => (0,policy_statement/* policyStatements */.H)(permission, parts, subject));
}

;// CONCATENATED MODULE: ./packages/oci/lib/permissions/oci-commands.js


/**
 * What an administrator runs once, with OCI CLI: the application, the service user and the trust
 * where the identity is made from workflows' tokens, then the repositories and the policy. The
 * values of a plan stand in single quotes: the shell sees nothing in them.
 */
function ociCommands(plan) {
    return [
        '#!/usr/bin/env bash',
        '# What a pipeline needs in OCI, and nothing more. Run it once, as an administrator.',
        'set -euo pipefail',
        ...(plan.trust === undefined ? [] : trustCommands(plan, plan.trust)),
        ...repositoryCommands(plan),
        ...policyCommands(plan),
        '',
    ].join('\n');
}
const userSchema = 'urn:ietf:params:scim:schemas:core:2.0:User';
const userExtension = 'urn:ietf:params:scim:schemas:oracle:idcs:extension:user:User';
/** How the shell's variables stand in for what OCI makes on the way. */
const made = { client: '$client', user: '$user' };
function trustCommands(plan, trust) {
    return [
        '',
        `domain=${quoted(plan.domainUrl ?? '<URL of the identity domain>')}`,
        'post() {',
        '  oci raw-request --http-method POST --target-uri "$domain/admin/v1/$1" --request-body "$2" \\',
        '    --query "data.$3" --raw-output',
        '}',
        '',
        '# An application that may ask for the exchange. Its secret is shown in the console only.',
        `client=$(post Apps ${quoted(JSON.stringify(application))} name)`,
        '',
        '# A user that nobody can sign in as, and the group that the policy is for.',
        `user=$(post Users ${quoted(JSON.stringify(serviceUser))} id)`,
        `post Groups "${inDoubleQuotes(JSON.stringify(group(made.user)))}" id`,
        '',
        '# A domain has one trust for each issuer: where there is one already, add the rules to it.',
        `post IdentityPropagationTrusts "${inDoubleQuotes(JSON.stringify(trustDocument(trust, made)))}" id`,
        'echo "The input oci-client-id is $client"',
    ];
}
const application = {
    schemas: ['urn:ietf:params:scim:schemas:oracle:idcs:App'],
    displayName: 'github-actions',
    basedOnTemplate: { value: 'CustomWebAppTemplateId' },
    isOAuthClient: true,
    clientType: 'confidential',
    allowedGrants: ['client_credentials'],
    active: true,
};
const serviceUser = {
    schemas: [userSchema, userExtension],
    userName: 'github-deployer',
    [userExtension]: { serviceUser: true },
};
function group(user) {
    return {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: 'github-deployers',
        members: [{ type: 'User', value: user }],
    };
}
/** Private, and with tags that stay what they are. */
function repositoryCommand(name, compartment) {
    return [
        'oci artifacts container repository create',
        `--compartment-id ${quoted(compartment ?? '<OCID of the compartment>')}`,
        `--display-name ${quoted(name)} --is-public false --is-immutable true`,
    ].join(' ');
}
function repositoryCommands({ parts }) {
    if (parts.repositories.length === 0)
        return [];
    return [
        '',
        '# Repositories, where they are not there yet: private, and no tag is ever another image.',
        ...parts.repositories.map((name) => repositoryCommand(name, parts.compartment)),
    ];
}
function policyCommands(plan) {
    const place = plan.parts.compartment ?? plan.tenancy ?? '<OCID of the tenancy>';
    const statements = JSON.stringify(planStatements(plan), undefined, 2);
    return [
        '',
        '# What the identity may do.',
        `oci iam policy create --name oke-pipeline --description 'What the pipeline may do' \\`,
        `  --compartment-id ${quoted(place)} \\`,
        `  --statements ${quoted(statements)}`,
    ];
}
/** One word for a shell, whatever is in it. */
function quoted(text) {
    return `'${text.replaceAll("'", String.raw `'\''`)}'`;
}
/** For text in which variables of the shell are to be replaced, and nothing else. */
function inDoubleQuotes(json) {
    const isOurs = (text) => Object.values(made).includes(text);
    return json
        .replaceAll(/[\\"`]/g, String.raw `\$&`)
        .replaceAll(/\$\w*/g, (text) => (isOurs(text) ? text : `\\${text}`));
}

;// CONCATENATED MODULE: ./packages/oci/lib/registry/try-repository.js

/** No image has it; the registry decides about access before it looks. */
const tag = 'oke-pipeline-check';
/** Whether images can be read: asks for one that does not exist, which is not refused but absent. */
async function tryPull(tried, ports) {
    const response = await try_repository_send('GET', `manifests/${tag}`, tried, ports);
    await response.body?.cancel();
    if (response.ok || response.status === 404)
        return 'allowed';
    return refusedOr(response, tried);
}
/** Whether images can be written: begins an upload, and gives it up before anything is sent. */
async function tryPush(tried, ports) {
    const response = await try_repository_send('POST', 'blobs/uploads/', tried, ports);
    await response.body?.cancel();
    if (response.status === 404)
        return 'missing';
    if (response.status !== 202)
        return refusedOr(response, tried);
    await giveUp(response.headers.get('location'), tried, ports);
    return 'allowed';
}
/** A registry that cannot give an upload up forgets it by itself. */
async function giveUp(location, tried, ports) {
    const base = addressOf(tried);
    const url = location === null ? null : URL.parse(location, base.href);
    if (url?.origin !== base.origin)
        return;
    const response = await ports.http.request(requestOf('DELETE', url, tried));
    await response.body?.cancel();
}
async function try_repository_send(method, path, tried, ports) {
    const url = new URL(`/v2/${tried.repository}/${path}`, addressOf(tried));
    return (0,retry/* retry */.L5)(async () => {
        const response = await ports.http.request(requestOf(method, url, tried));
        if ((0,retry/* isRetryableStatus */.PS)(response.status))
            throw unexpected(response, tried);
        return response;
    }, ports);
}
function requestOf(method, url, { login }) {
    return {
        method,
        url,
        headers: {
            authorization: `Bearer ${login.password}`,
            accept: 'application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json',
        },
        redirect: 'manual',
        timeoutSeconds: 20,
        service: `registry ${login.host}`,
    };
}
function addressOf({ login, overrides }) {
    return new URL('/', overrides?.registry ?? `https://${login.host}`);
}
function refusedOr(response, tried) {
    if (response.status === 401 || response.status === 403)
        return 'refused';
    throw unexpected(response, tried);
}
function unexpected({ status }, { login }) {
    return new errors/* ServiceError */._7({
        service: `registry ${login.host}`,
        title: `The registry ${login.host} gave an unexpected answer`,
        explanation: `It answered with ${status}.`,
        remedy: 'Run this job again; look at ocistatus.oraclecloud.com.',
        status,
        isRetryable: (0,retry/* isRetryableStatus */.PS)(status),
    });
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/check-repository.js



/** Whether there is a repository, and whether its images can be read and written. */
async function checkRepository(image, context) {
    const namespace = await check_repository_checkNamespace(image, context);
    if (namespace.outcome === 'fails')
        return [namespace];
    const login = await logIn(image, context);
    const existence = await checkExistence(image, context);
    const before = [namespace, ...login.checks];
    if (login.value === undefined)
        return [...before, ...existence];
    const repository = `${image.namespace}/${image.name}`;
    const tried = { repository, login: login.value, overrides: context.identity.overrides };
    return [...before, ...existence, ...(await checkUse(image, tried, context))];
}
/** The first part of an image's name is no name that anyone chose: it is easily mistaken. */
async function check_repository_checkNamespace({ namespace }, { identity, ports }) {
    const name = `Namespace ${namespace}`;
    try {
        const client = (0,oci_client/* ociClient */.J)(identity.session, identity, ports);
        const real = await tenancyNamespace(client);
        if (real === namespace)
            return works(name, 'It is the tenancy’s.');
        const says = `The namespace of the tenancy is "${real}": the name of a tenancy is another thing.`;
        return fails(name, says, [`Name images <host>/${real}/… instead.`]);
    }
    catch (error) {
        if (!(error instanceof errors/* ReportedError */.SS))
            throw error;
        // Nothing else depends on it.
        return untried(name, 'Whether it is the tenancy’s could not be asked; it is not needed.');
    }
}
async function logIn({ host }, { identity, ports, statements }) {
    const name = `Log in to ${host}`;
    try {
        const login = await (0,registry_login/* registryLogin */.j)(identity, host, ports);
        for (const form of (0,secrets/* basicForms */.S)(login.username, login.password))
            ports.mask(form);
        const says = `OCIR gave a token until ${login.expiresAt.toISOString()}.`;
        return { checks: [works(name, says)], value: login };
    }
    catch (error) {
        return { checks: [failed(name, error, statements('pull'))], value: undefined };
    }
}
async function checkExistence({ name }, context) {
    const { identity, compartment, ports } = context;
    const place = compartment ?? identity.session.tenancy;
    const title = `Repository ${name}`;
    if (place === undefined)
        return [untried(title, 'The tenancy is not known: give "check-compartment".')];
    let found;
    try {
        found = await findRepository((0,oci_client/* ociClient */.J)(identity.session, identity, ports), place, name);
    }
    catch (error) {
        if (!(error instanceof errors/* ReportedError */.SS))
            throw error;
        // The right to list is needed to create repositories only; access itself is tried below.
        return context.purposes.includes('create')
            ? [fails(title, 'Repositories may not be listed.', context.statements('create'))]
            : [untried(title, 'Repositories may not be listed; that is not needed.')];
    }
    return [found === undefined ? absent(name, context) : present(title, found)];
}
function present(title, { compartment, isPublic }) {
    if (!isPublic)
        return works(title, `It is private, in ${compartment}.`);
    const says = `It is public: anyone can read its images. It is in ${compartment}.`;
    return { name: title, outcome: 'warns', says, fixes: [] };
}
function absent(name, { purposes, compartment }) {
    const title = `Repository ${name}`;
    if (purposes.includes('create')) {
        return untried(title, 'It does not exist. Whether it may be created shows when it is created.');
    }
    const says = 'It does not exist there.';
    return fails(title, says, [repositoryCommand(name, compartment)]);
}
async function checkUse({ name }, tried, context) {
    const { purposes, ports } = context;
    const checks = [];
    if (purposes.includes('pull')) {
        checks.push(await use('pull', `Read images of ${name}`, () => tryPull(tried, ports)));
    }
    if (purposes.includes('push')) {
        checks.push(await use('push', `Write images to ${name}`, () => tryPush(tried, ports)));
    }
    return checks;
    async function use(purpose, title, attempt) {
        try {
            const outcome = await attempt();
            if (outcome === 'allowed')
                return works(title, 'The registry allows it.');
            if (outcome === 'missing')
                return untried(title, 'The repository does not exist.');
            return fails(title, 'The registry refuses it.', context.statements(purpose));
        }
        catch (error) {
            return failed(title, error);
        }
    }
}

// EXTERNAL MODULE: ./actions/oci-auth/lib/check/check-target.js
var check_target = __webpack_require__(2167);
// EXTERNAL MODULE: ./packages/oci/lib/region/ocid.js
var ocid = __webpack_require__(5673);
;// CONCATENATED MODULE: ./packages/oci/lib/vault/vault-key.js



const keySchema = dist/* object */.Ikc({
    currentKeyVersion: dist/* string */.YjP(),
    lifecycleState: dist/* string */.YjP(),
    keyShape: dist/* object */.Ikc({ algorithm: dist/* string */.YjP(), curveId: dist/* nullish */.cl6(dist/* string */.YjP()) }),
});
const versionSchema = dist/* object */.Ikc({ publicKey: dist/* nullish */.cl6(dist/* string */.YjP()) });
const policy = 'Allow group … to use keys in compartment …';
/**
 * Looks up a key: its kind, its public half, and its current version unless another is meant.
 * https://docs.oracle.com/en-us/iaas/api/#/en/key/release/Key/GetKey
 * @throws ConfigurationError when it is no key to sign images and statements with.
 */
async function findVaultKey(client, id, version) {
    const vault = vaultOf(id);
    const at = { service: 'kms-management', vault, method: 'GET', policy };
    const path = `/keys/${id}`;
    const key = await client.json({ ...at, path, doing: `Looking up the key ${id}` }, keySchema);
    const { keyShape, lifecycleState, currentKeyVersion } = key.value;
    const algorithm = algorithmOf(id, keyShape);
    if (lifecycleState !== 'ENABLED')
        throw unusable(id, `it is ${lifecycleState}, not ENABLED`);
    const used = version ?? currentKeyVersion;
    const doing = `Reading the public half of the key ${id}`;
    const read = await client.json({ ...at, path: `${path}/keyVersions/${used}`, doing }, versionSchema);
    const { publicKey } = read.value;
    if (publicKey === undefined || publicKey === null)
        throw unusable(id, 'it has no public half');
    return { id, version: used, algorithm, publicKey, vault };
}
/** `ocid1.key.<realm>.<region>.<vault>.<unique id>`. */
function vaultOf(id) {
    const [type, , , vault, unique] = (0,ocid/* parseOcid */.X8)(id, 'key').split('.').slice(1);
    if (type === 'key' && vault !== undefined && unique !== undefined)
        return vault;
    throw unusable(id, 'its OCID does not name a vault');
}
function algorithmOf(id, { algorithm, curveId }) {
    if (algorithm === 'RSA')
        return 'RSA';
    if (algorithm === 'ECDSA' && curveId === 'NIST_P256')
        return 'ECDSA';
    throw unusable(id, `it is ${curveId ?? `of the algorithm ${algorithm}`}`);
}
function unusable(id, why) {
    return new errors/* ConfigurationError */.j1({
        title: `Key ${id} cannot sign`,
        explanation: `It takes an RSA key, or an ECDSA key of the curve NIST_P256, that is enabled: ${why}.`,
        remedy: 'Make a key with the algorithm RSA in a vault, and give its OCID.',
    });
}

// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
;// CONCATENATED MODULE: ./packages/oci/lib/vault/vault-signature.js



const signedSchema = dist/* object */.Ikc({
    keyVersionId: dist/* nullish */.cl6(dist/* string */.YjP()),
    signature: dist/* pipe */.FsL(dist/* string */.YjP(), dist/* minLength */.BpQ(1)),
});
const vault_signature_policy = 'Allow group … to use keys in compartment …';
/**
 * Signs with a key that never leaves its vault. Returns the signature in base64.
 * https://docs.oracle.com/en-us/iaas/api/#/en/key/release/SignedData/Sign
 */
async function signInVault(client, { id, version, vault }, message) {
    const { value } = await client.json({
        service: 'kms-crypto',
        vault,
        method: 'POST',
        path: '/sign',
        body: { keyId: id, keyVersionId: version, ...message },
        doing: `Signing with the key ${id}`,
        policy: vault_signature_policy,
    }, signedSchema);
    const used = value.keyVersionId ?? version;
    if (used === version)
        return value.signature;
    throw new errors/* ServiceError */._7({
        service: 'OCI Vault',
        title: `Key ${id} signed with another version`,
        explanation: `Asked for ${version}, it used ${used}.`,
        remedy: 'Run this job again; give the version if the key is just being rotated.',
        isRetryable: true,
    });
}
/** Whether a signature is the key's. */
async function verifyInVault(client, { id, version, vault }, signed) {
    const { value } = await client.json({
        service: 'kms-crypto',
        vault,
        method: 'POST',
        path: '/verify',
        body: { keyId: id, keyVersionId: version, ...signed },
        doing: `Verifying a signature with the key ${id}`,
        policy: vault_signature_policy,
    }, v.object({ isSignatureValid: v.boolean() }));
    return value.isSignatureValid;
}
/** Signs bytes of any length by their SHA-256: RSA by PKCS #1 v1.5, ECDSA in DER. */
async function signBytesInVault(client, key, bytes) {
    const digest = (0,external_node_crypto_.createHash)('sha256').update(bytes).digest('base64');
    const signingAlgorithm = key.algorithm === 'RSA' ? 'SHA_256_RSA_PKCS1_V1_5' : 'ECDSA_SHA_256';
    const message = { message: digest, messageType: 'DIGEST', signingAlgorithm };
    return Buffer.from(await signInVault(client, key, message), 'base64');
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/check-vault.js


/** Whether a key in OCI Vault can be signed with: signs a word, which changes nothing. */
async function checkVault(key, identity, statements, ports) {
    const name = 'Sign with the key in OCI Vault';
    try {
        const client = (0,oci_client/* ociClient */.J)(identity.session, identity, ports);
        const found = await findVaultKey(client, key);
        await signBytesInVault(client, found, Buffer.from('oke-pipeline check'));
        return works(name, `The ${found.algorithm} key signed, with its version ${found.version}.`);
    }
    catch (error) {
        return failed(name, error, statements);
    }
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/plan-access.js

const unknownGroup = { named: "group '<domain>'/'<group>'" };
/** What the identity needs for all that is to be checked, whether it has it already or not. */
function planAccess(inputs, target, known, { environment }) {
    return {
        purposes: target.purposes,
        parts: {
            repositories: (target.images ?? []).map(({ name }) => name),
            cluster: target.cluster,
            key: target.key,
            compartment: target.compartment,
        },
        subject: inputs['check-group'] ?? subjectOf(known),
        trust: trustFor(inputs, known.subject, environment.GITHUB_REPOSITORY),
        domainUrl: inputs['oci-domain-url']?.origin,
        tenancy: known.identity?.session.tenancy,
    };
}
function subjectOf({ identity }) {
    const subject = identity?.session.subject;
    if (subject === undefined)
        return unknownGroup;
    return subject.startsWith('ocid1.user.') ? { user: subject } : { resource: subject };
}
/** For the environments that are asked for, else for that of the job, if it names one. */
function trustFor(inputs, subject, repository) {
    const environments = inputs['check-environment'];
    if (subject === undefined && environments === undefined)
        return undefined;
    const audience = inputs['oci-audience'];
    if (environments === undefined && subject !== undefined && isPinned(subject)) {
        return { subjects: [subject], audience };
    }
    // The subject has the numbers of owner and repository where GitHub puts them in.
    const name = /^repo:([^:]+):/.exec(subject ?? '')?.[1] ?? repository ?? '<owner>/<repository>';
    const wanted = environments ?? ['<environment>'];
    return { subjects: wanted.map((wish) => environmentSubject(name, wish)), audience };
}

;// CONCATENATED MODULE: ./packages/kubernetes/lib/access/role-manifest.js
/** The name of the Role and of its binding. */
const roleName = 'oke-pipeline-deploy';
/** A Role as YAML, with what each of its rules is for. */
function roleManifest(rules, namespace) {
    return lines([
        'apiVersion: rbac.authorization.k8s.io/v1',
        'kind: Role',
        ...metadata(namespace),
        'rules:',
        ...rules.flatMap(ruleLines),
    ]);
}
/** The binding that gives the Role to a subject, as YAML. */
function roleBindingManifest(subject, namespace) {
    const apiGroup = 'rbac.authorization.k8s.io';
    return lines([
        `apiVersion: ${apiGroup}/v1`,
        'kind: RoleBinding',
        ...metadata(namespace),
        'subjects:',
        `  - { apiGroup: ${apiGroup}, kind: ${subject.kind}, name: ${role_manifest_quoted(subject.name)} }`,
        `roleRef: { apiGroup: ${apiGroup}, kind: Role, name: ${roleName} }`,
    ]);
}
/** The rules as a list of Terraform's, for `kubernetes_role_v1`. */
function terraformRules(rules) {
    return lines([
        '# Made by "npm run generate" from packages/kubernetes/src/access/needed-rules.ts.',
        'locals {',
        '  rules = [',
        ...rules.flatMap(({ why, apiGroup, resources, verbs }) => [
            `    # ${why}`,
            '    {',
            `      api_groups = ${JSON.stringify([apiGroup])}`,
            `      resources  = ${listed(resources)}`,
            `      verbs      = ${listed(verbs)}`,
            '    },',
        ]),
        '  ]',
        '}',
    ]);
}
function listed(words) {
    return `[${words.map((word) => JSON.stringify(word)).join(', ')}]`;
}
function metadata(namespace) {
    return [
        'metadata:',
        `  name: ${roleName}`,
        ...(namespace === undefined ? [] : [`  namespace: ${role_manifest_quoted(namespace)}`]),
    ];
}
function ruleLines({ why, apiGroup, resources, verbs }) {
    return [
        `  # ${why}`,
        `  - apiGroups: [${role_manifest_quoted(apiGroup)}]`,
        `    resources: [${resources.join(', ')}]`,
        `    verbs: [${verbs.join(', ')}]`,
    ];
}
/** In single quotes, as YAML has it: nothing but the quote itself means anything in them. */
function role_manifest_quoted(text) {
    return `'${text.replaceAll("'", "''")}'`;
}
function lines(parts) {
    return `${parts.join('\n')}\n`;
}

;// CONCATENATED MODULE: ./packages/oci/lib/permissions/terraform.js



/** Text as a string of Terraform, in which nothing is interpolated. */
function terraformString(text) {
    return JSON.stringify(text).replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}
/** The policies of a plan as a resource of Terraform's provider `oracle/oci`. */
function terraformPolicy(plan) {
    const { compartment } = plan.parts;
    const place = compartment ?? plan.tenancy;
    return terraform_lines([
        'resource "oci_identity_policy" "oke_pipeline" {',
        `  compartment_id = ${place === undefined ? 'var.tenancy' : terraformString(place)}`,
        '  name           = "oke-pipeline"',
        '  description    = "What the pipeline may do"',
        '  statements = [',
        ...planStatements(plan).map((statement) => `    ${terraformString(statement)},`),
        '  ]',
        '}',
    ]);
}
/** The use of the modules in `examples/terraform`, which make all of a plan. */
function terraformModules(plan, namespaces) {
    const { parts, trust } = plan;
    const pipeline = moduleCall('oke_pipeline', 'examples/terraform', [
        ['tenancy', terraformString(plan.tenancy ?? '<OCID of the tenancy>')],
        ['compartment', terraformString(parts.compartment ?? '<OCID of the compartment>')],
        ['domain_url', terraformString(plan.domainUrl ?? '<URL of the identity domain>')],
        ['subjects', listOf(trust?.subjects ?? ['repo:<owner>/<name>:environment:<environment>'])],
        ...(trust === undefined ? [] : [['audience', terraformString(trust.audience)]]),
        ['purposes', listOf(plan.purposes)],
        ['repositories', listOf(parts.repositories)],
        ...(parts.cluster === undefined ? [] : [['cluster', terraformString(parts.cluster)]]),
        ...(parts.key === undefined ? [] : [['key', terraformString(parts.key)]]),
    ]);
    if (namespaces.length === 0)
        return pipeline;
    const rbac = moduleCall('oke_pipeline_rbac', 'examples/terraform/rbac', [
        ['user', 'module.oke_pipeline.user'],
        ['namespaces', listOf(namespaces)],
    ]);
    return `${pipeline}\n${rbac}`;
}
function moduleCall(name, path, values) {
    const source = terraformString(`github.com/oke-pipeline/oke-pipeline//${path}?ref=v1`);
    const all = [['source', source], ...values];
    const width = Math.max(...all.map(([key]) => key.length));
    return terraform_lines([
        `module "${name}" {`,
        ...all.map(([key, value]) => `  ${key.padEnd(width)} = ${value}`),
        '}',
    ]);
}
/**
 * The policies as the module in `examples/terraform` has them: for each purpose the statements
 * that it takes, made from the module's variables.
 */
function terraformStatements() {
    const byPurpose = new Map();
    for (const permission of permissions) {
        byPurpose.set(permission.purpose, [...(byPurpose.get(permission.purpose) ?? []), permission]);
    }
    return terraform_lines([
        '# Made by "npm run generate" from packages/oci/src/permissions/permission.ts.',
        'locals {',
        '  statements = {',
        ...[...byPurpose].flatMap(([purpose, needed]) => [
            `    ${purpose} = concat(`,
            ...needed.map((permission) => `      ${statementExpression(permission)},`),
            '    )',
        ]),
        '  }',
        '}',
    ]);
}
/** Interpolations stand where the values are: they go through the same words as values do. */
const variables = {
    repositories: ['${repository}'],
    cluster: '${var.cluster}',
    key: '${var.key}',
    compartment: '${var.compartment}',
};
function statementExpression(permission) {
    const [statement = ''] = policyStatements(permission, variables, { named: '${local.subject}' });
    if (permission.narrowedTo === 'repositories') {
        return `[for repository in var.repositories : "${statement}"]`;
    }
    const { narrowedTo } = permission;
    // What is null cannot be a part of a text.
    return narrowedTo === undefined
        ? `["${statement}"]`
        : `var.${narrowedTo} == null ? [] : ["${statement}"]`;
}
function listOf(items) {
    return `[${items.map(terraformString).join(', ')}]`;
}
function terraform_lines(parts) {
    return `${parts.join('\n')}\n`;
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/setup-files.js


/** All files of a plan: policies, trust and Roles, as commands and for Terraform. */
function setupFiles(plan, cluster) {
    return [...policyFiles(plan, cluster), ...trustFiles(plan), ...roleFiles(cluster)];
}
function policyFiles(plan, { namespaces }) {
    const statements = planStatements(plan);
    return [
        { name: 'setup.sh', title: 'OCI CLI', text: ociCommands(plan) },
        {
            name: 'modules.tf',
            title: 'Terraform: all of it, with the modules in examples/terraform',
            text: terraformModules(plan, namespaces),
        },
        ...(statements.length === 0
            ? []
            : [
                { name: 'policies.txt', title: 'IAM policies', text: `${statements.join('\n')}\n` },
                { name: 'policy.tf', title: 'Terraform: the policies', text: terraformPolicy(plan) },
            ]),
    ];
}
function trustFiles({ trust }) {
    if (trust === undefined)
        return [];
    const parts = { client: '<client id>', user: '<SCIM id of the service user>' };
    const text = `${JSON.stringify(trustDocument(trust, parts), undefined, 2)}\n`;
    return [{ name: 'trust.json', title: 'Identity propagation trust', text }];
}
function roleFiles({ namespaces, user }) {
    if (namespaces.length === 0)
        return [];
    const text = namespaces.map((namespace) => roleAndBinding(namespace, user)).join('---\n');
    return [{ name: 'rbac.yml', title: 'Kubernetes RBAC', text }];
}
/** The Role of deploy-oke in a namespace, given to a user, as YAML. */
function roleAndBinding(namespace, user) {
    const role = roleManifest(neededRules, namespace);
    return `${role}---\n${roleBindingManifest({ kind: 'User', name: user }, namespace)}`;
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/run-check.js









const unknownUser = '<OCID of the user>';
/** Tries all that is to be checked, and works out what the identity needs. Changes nothing. */
async function runCheck(inputs, ports) {
    const target = (0,check_target/* checkTarget */.e)(inputs);
    const { checks, value } = await checkIdentity(inputs, ports);
    const known = value ?? { subject: undefined, identity: undefined };
    const plan = planAccess(inputs, target, known, ports);
    const { identity } = known;
    const user = identity?.session.subject ?? unknownUser;
    const context = { inputs, target, plan, user, ports };
    const others = identity === undefined ? [] : await checkParts(identity, context);
    return {
        identity,
        checks: [...checks, ...others],
        files: setupFiles(plan, { namespaces: target.namespaces, user }),
    };
}
async function checkParts(identity, context) {
    const results = await Promise.all([
        checkRepositories(identity, context),
        checkDeploying(identity, context),
        checkScans(identity, context),
        checkSigning(identity, context),
    ]);
    return results.flat();
}
async function checkRepositories(identity, { target, plan, ports }) {
    const { purposes, compartment } = target;
    const results = await Promise.all((target.images ?? []).map((image) => {
        const own = { ...plan, parts: { ...plan.parts, repositories: [image.name] } };
        const statements = (purpose) => statementsFor(purpose, own);
        return checkRepository(image, { identity, purposes, compartment, statements, ports });
    }));
    return results.flat();
}
async function checkDeploying(identity, { inputs, target, plan, user, ports }) {
    const { cluster, namespaces, purposes } = target;
    if (cluster === undefined || !purposes.includes('deploy'))
        return [];
    return checkCluster(cluster, {
        identity,
        namespaces,
        ports,
        endpoint: inputs['cluster-endpoint'],
        statements: statementsFor('deploy', plan),
        role: (namespace) => roleAndBinding(namespace, user),
    });
}
async function checkScans(identity, { target: { purposes, compartment }, plan, ports }) {
    if (compartment === undefined || !purposes.includes('scan'))
        return [];
    const name = 'Read the results of OCI’s scans';
    try {
        await tryScans((0,oci_client/* ociClient */.J)(identity.session, identity, ports), compartment);
        return [works(name, 'Vulnerability Scanning answers.')];
    }
    catch (error) {
        return [failed(name, error, statementsFor('scan', plan))];
    }
}
async function checkSigning(identity, { target: { purposes, key }, plan, ports }) {
    if (key === undefined || !purposes.includes('sign'))
        return [];
    return [await checkVault(key, identity, statementsFor('sign', plan), ports)];
}
function statementsFor(purpose, { parts, subject }) {
    return (0,permission/* permissionsFor */.mr)([purpose]).flatMap((permission) => (0,policy_statement/* policyStatements */.H)(permission, parts, subject));
}

;// CONCATENATED MODULE: ./actions/oci-auth/lib/check/main-check.js




/**
 * Checks instead of signing in. The report is given whether or not all is well.
 * @throws {@link ConfigurationError} that lists what fails, and what to add.
 */
async function mainCheck(inputs, runner, folder) {
    const report = await runCheck(inputs, (0,ports/* principalPorts */.b)(runner));
    for (const file of report.files)
        await folder.write(`access/${file.name}`, file.text);
    runner.setOutputs(await outputsOf(report, `${folder.path}/access`));
    await runner.writeSummary(renderCheck(report));
    for (const check of report.checks)
        runner.log.info(lineOf(check));
    const failures = failuresOf(report);
    if (failures.length > 0)
        throw failureOf(report.checks, failures);
}
async function outputsOf(report, folder) {
    const { identity } = report;
    const granted = await identity?.session.granted();
    const failures = failuresOf(report);
    return {
        identity: identity?.way ?? '',
        region: identity?.region.id ?? '',
        tenancy: identity?.session.tenancy ?? '',
        expires: granted?.expiresAt.toISOString() ?? '',
        'config-file': '',
        registry: '',
        kubeconfig: '',
        'check-result': failures.length === 0 ? 'passed' : 'failed',
        'check-failures': JSON.stringify(failures.map(({ name, says, fixes }) => ({ check: name, says, fixes }))),
        'check-files': folder,
    };
}
function failuresOf({ checks }) {
    return checks.filter(({ outcome }) => outcome === 'fails');
}
function lineOf({ name, outcome, says }) {
    return `${outcome.padEnd(7)} ${name}: ${says}`;
}
function failureOf(checks, failures) {
    const fixes = [...new Set(failures.flatMap((check) => check.fixes))];
    return new errors/* ConfigurationError */.j1({
        title: `Access to Oracle Cloud: ${verdict(checks)}`,
        explanation: failures.map(({ name, says }) => `\n  - ${name}: ${says}`).join(''),
        ...(fixes.length === 0 ? {} : { remedy: `\nAdd:\n${fixes.join('\n')}` }),
    });
}


/***/ })

};
