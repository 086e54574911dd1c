// Whose changes are undone: names as events give them, or all clients of one issuer.

const everyClient = '/*';

/** Whether an event's actor is one of those; `jwt:login.example.com/*` is all clients of that issuer. */
export const isActorOf = (actors: readonly string[], name: string): boolean =>
  actors.some(
    (actor) =>
      actor === name || (actor.endsWith(everyClient) && name.startsWith(actor.slice(0, -everyClient.length + 1))),
  );

/** An issuer's URL as the actors of its clients; undefined for anything else. */
export function issuerActor(text: string): string | undefined {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  return `jwt:${new URL(text).host}${everyClient}`;
}
