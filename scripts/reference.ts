/** Writes `docs/reference/` from the schemas and the code books. A test fails while it is behind. */
import { writeIfChanged } from './generate/write-if-changed.ts'
import { referencePages } from './reference/pages.ts'

for (const [path, text] of referencePages()) writeIfChanged(path, text)
