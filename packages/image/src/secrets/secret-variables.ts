/** Names of variables whose values are secrets, wherever they are set. */
const secretName =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i

/** Whether a variable holds a secret, by its name, and not only where one is to be found. */
export function isSecretVariable(name: string, value: string): boolean {
  const isElsewhere = value.length < 4 || /^(?:\/|\.\/|file:|\$|<|true$|false$)/.test(value)
  return secretName.test(name) && !isElsewhere
}
