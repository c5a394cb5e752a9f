import * as z from 'zod';

/** Printable ASCII without what GRUB or a shell would take apart. */
const kernelParameters = /^[\w.,:=/@%+*?()[\]<> -]{0,2000}$/;

/** How the images of a stream boot. What is left out is as the driver has it. */
export const bootSettingsSchema = z.strictObject({
  kernelCommandLine: z
    .string()
    .regex(kernelParameters, 'kernel parameters of letters, digits and .,:=/@%+*?()[]<>-')
    .describe('kernel parameters after root= and the consoles')
    .optional(),
  serialConsole: z
    .string()
    .regex(/^(off|tty[A-Z]{1,4}\d{1,3}(,\d{1,7}[neo]?\d?)?)$/, 'a serial port such as ttyS0,115200n8, or off')
    .describe('serial port that boot loader and kernel talk to, such as ttyS0,115200n8; off = none')
    .optional(),
  timeoutSeconds: z
    .int('a whole number')
    .min(0, 'at least 0')
    .max(3_600, 'at most 3600')
    .describe('how long the boot loader waits for a key, s')
    .optional(),
});

/** How an image boots; each field that is left out is as the driver has it. */
export type BootSettings = Readonly<z.infer<typeof bootSettingsSchema>>;
