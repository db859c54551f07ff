// The worker of a site that lets nobody keep it any more: it takes the place of the one that phones still have, throws the kept guide away,
// and is gone.
import { forget } from "./keep-store.js";

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(forget(registration.scope).then(() => registration.unregister())));
