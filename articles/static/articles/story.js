// An article's figures: a click opens pictures large, and plays a video in its place. Without this file both are links.
const story = document.querySelector("article.story");
const pictures = [...(story?.querySelectorAll("a.picture") ?? [])];
const { lightbox, lightboxStyle, close, zoom, previous, next, failed } = story?.dataset ?? {};

// Nothing of the lightbox is loaded before a reader opens a picture.
async function open(index) {
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: lightboxStyle });
  const styled = document.querySelector(`link[href="${lightboxStyle}"]`)
    ? null
    : new Promise((done) => {
        style.onload = style.onerror = done;
        document.head.append(style);
      });
  const [{ default: PhotoSwipe }] = await Promise.all([import(lightbox), styled]);
  const box = new PhotoSwipe({
    dataSource: pictures.map((link) => {
      const image = link.querySelector("img");
      return { src: link.href, alt: image.alt, width: image.naturalWidth || 1200, height: image.naturalHeight || 800, link };
    }),
    index,
    bgOpacity: 0.95,
    loop: false,
    showHideAnimationType: "none",
    closeTitle: close,
    zoomTitle: zoom,
    arrowPrevTitle: previous,
    arrowNextTitle: next,
    errorMsg: failed,
    paddingFn: (viewport) => ({ top: 48, bottom: 72, left: viewport.x > 700 ? 64 : 0, right: viewport.x > 700 ? 64 : 0 }),
  });
  // A picture that had not come into view yet has told its size only now.
  box.on("loadComplete", ({ content }) => {
    const { naturalWidth, naturalHeight } = content.element ?? {};
    if (!naturalWidth || (content.data.width === naturalWidth && content.data.height === naturalHeight)) return;
    Object.assign(content.data, { width: naturalWidth, height: naturalHeight });
    box.refreshSlideContent(content.index);
  });
  box.on("uiRegister", () => {
    box.ui.registerElement({
      name: "caption",
      order: 9,
      appendTo: "root",
      onInit: (element) => {
        element.setAttribute("aria-live", "polite");
        box.on("change", () => {
          const caption = box.currSlide.data.link.closest("figure").querySelector(".caption");
          element.textContent = caption?.textContent ?? "";
          element.lang = caption?.closest("[lang]")?.lang ?? "";
        });
      },
    });
  });
  box.init();
}

function play(still) {
  const frame = Object.assign(document.createElement("iframe"), {
    className: "player",
    src: still.dataset.player,
    title: still.querySelector(".still-label").textContent,
    allow: "fullscreen; picture-in-picture; encrypted-media",
    // Players refuse to work for a page that hides where it stands; the article's own address stays here.
    referrerPolicy: "strict-origin-when-cross-origin",
  });
  still.replaceWith(frame);
  frame.focus();
}

story?.addEventListener("click", (event) => {
  const plain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  const picture = event.target.closest("a.picture");
  const still = event.target.closest("a.still[data-player]");
  if (!plain || !(picture || still)) return;
  event.preventDefault();
  if (still) play(still);
  else open(pictures.indexOf(picture)).catch(() => window.location.assign(picture.href));
});
