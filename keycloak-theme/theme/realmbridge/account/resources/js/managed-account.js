// Tells people whose account is managed elsewhere who manages it, above the fields that can't be changed here, and leaves out such
// fields that are empty. It also gives names to a few controls of Keycloak 26.7 that assistive technology can't tell. The console is
// the parent theme's.
const environment = JSON.parse(document.getElementById('environment')?.textContent ?? '{}');
const { serverBaseUrl, realm, baseUrl, locale } = environment;

/** The texts by the page's path below the console's. */
const pages = { '': 'realmbridgeProfile', 'account-security/signing-in': 'realmbridgePassword' };

async function readJson(path) {
  const response = await fetch(`${serverBaseUrl}/${path}`, {
    credentials: 'same-origin',
    headers: { Accept: 'application/json' },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

const asMap = (messages) => new Map(messages.map(({ key, value }) => [key, value]));

const pageOf = () => location.pathname.slice(new URL(baseUrl, location.href).pathname.length).replace(/\/+$/, '');

function element(name, text) {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function createNotice(text, kind, { organization, helpUrl }) {
  const notice = document.createElement('div');
  notice.id = 'rb-managed';
  notice.className = 'rb-managed';
  notice.dataset.kind = kind;
  const say = (key) =>
    organization ? text.get(`${key}By`).replaceAll(/\{0\}|\{\{param_0\}\}/g, () => organization) : text.get(key);
  notice.append(element('h2', say('realmbridgeManaged')), element('p', text.get(kind)));
  if (/^(https?:\/\/|mailto:)/.test(helpUrl ?? '')) {
    const link = element('a', say('realmbridgeHelp'));
    link.href = helpUrl;
    const line = document.createElement('p');
    line.append(link);
    notice.append(line);
  }
  return notice;
}

function placeNotice(text, account) {
  const kind = pages[pageOf()];
  const there = document.getElementById('rb-managed');
  const section = document.querySelector('[data-testid="page-heading"]')?.closest('section');
  if (there?.dataset.kind === kind && there?.parentElement === section) return;
  there?.remove();
  if (kind !== undefined && section) section.append(createNotice(text, kind, account));
}

function hideEmptyFields() {
  for (const group of document.querySelectorAll('form .pf-v5-c-form__group')) {
    const inputs = [...group.querySelectorAll('input')];
    const isEmpty = inputs.length > 0 && inputs.every((input) => input.disabled && input.value === '');
    group.classList.toggle('rb-empty', isEmpty);
  }
}

/** A name has to contain what is to be read on the control (WCAG 2.5.3), and each control needs one (4.1.2). */
function nameControls(text) {
  for (const button of document.querySelectorAll('button[aria-label]')) {
    const shown = button.innerText.trim();
    const name = button.dataset.rbName ?? button.getAttribute('aria-label');
    const wanted = name.includes(shown) ? name : `${shown}, ${name}`;
    if (button.getAttribute('aria-label') !== wanted) {
      button.dataset.rbName = name;
      button.setAttribute('aria-label', wanted);
    }
  }
  document
    .querySelector('[data-testid="options-kebab-toggle"]:not([aria-label])')
    ?.setAttribute('aria-label', text.get('realmbridgeMenu'));
}

async function start() {
  const account = await readJson(`realms/${encodeURIComponent(realm)}/realmbridge/account`).catch((error) => {
    // The theme without the provider, or an account that nobody is logged in to any more.
    console.warn('realmbridge:', error);
    return { managed: false };
  });
  const text = asMap(await readJson(`resources/${encodeURIComponent(realm)}/account/${encodeURIComponent(locale)}`));
  document.documentElement.classList.toggle('rb-managed-account', account.managed);
  let isDue = false;
  function mend() {
    isDue = false;
    nameControls(text);
    if (!account.managed) return;
    placeNotice(text, account);
    hideEmptyFields();
  }
  const observer = new MutationObserver(() => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(mend);
  });
  observer.observe(document.getElementById('app'), { childList: true, characterData: true, subtree: true });
  mend();
}

// Without all this the console works as ever, so a failure is only worth a line to whoever looks for one.
start().catch((error) => console.warn('realmbridge:', error));
