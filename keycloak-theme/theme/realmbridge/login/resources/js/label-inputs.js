// In Keycloak 26.7 kcMultivalued.js gives the inputs of an attribute with several values new ids, so that their label names none of
// them. An input that is added later is a copy, and brings its name along.
document.addEventListener('DOMContentLoaded', () => {
  for (const input of document.querySelectorAll('input[data-kcMultivalued]')) {
    const label = input.closest('.pf-v5-c-form__group')?.querySelector('label')?.textContent.trim();
    if (label) input.setAttribute('aria-label', label);
  }
});
