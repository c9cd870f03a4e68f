// What is saved is what the server shows. A morph keeps what a visitor has typed or ticked where the server says what it
// said before: so a ticked "Delete" would stay ticked, on the line that has taken the place of the deleted one.
addEventListener("hyper:afterRequest", ({ detail: { form, ok } }) => {
  // Back to what the answer has put into the attributes; the other forms of the page stay as they are.
  if (ok) form?.reset();
});
