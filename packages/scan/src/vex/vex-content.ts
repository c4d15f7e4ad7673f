import type { VexDocument } from './vex-document.ts'

/** What a document says, wherever it comes from. */
export type VexContent = Omit<VexDocument, 'origin' | 'subjects'>
