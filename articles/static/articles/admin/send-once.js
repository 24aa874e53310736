// A double click sends a form once: the second would be told that somebody else was quicker.
// After a pause it can be sent again, should the first have come to nothing.
const PAUSE = 4000; // milliseconds
let sent = new WeakMap(); // forms, with the time

document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return;
    if (event.timeStamp - sent.get(event.target) < PAUSE) event.preventDefault();
    else sent.set(event.target, event.timeStamp);
});
// the way back leads to a form that can be sent
window.addEventListener('pageshow', () => { sent = new WeakMap(); });
