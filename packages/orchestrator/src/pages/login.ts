import { html } from '@ami-publisher/daemon';
import { pageHtml } from './frame.js';

export interface LoginPage {
  readonly base: string;
  /** Path to go on to. */
  readonly next: string;
  /** Why the last try came to nothing. */
  readonly fault?: string | undefined;
}

/** Asks for a key. */
export const loginPage = ({ base, next, fault }: LoginPage): string =>
  pageHtml({
    title: 'Log in',
    viewer: { base, name: undefined, hasSession: false, keyInUrl: undefined },
    head: html``,
    body: html`${fault !== undefined && html`<p class="wrong" id="fault" role="alert">${fault}</p>`}
<form class="login" method="post" action="${base}/login">
<input type="hidden" name="next" value="${next}">
<label>API key<input type="password" name="key" required autofocus autocomplete="current-password"${fault !== undefined && html` aria-describedby="fault" aria-invalid="true"`}></label>
<button>Log in</button>
</form>
<p class="note">Keys are made with <code>ami-orchestrator keys create</code>. Pages only show; nothing can be changed on them.</p>`,
  });
