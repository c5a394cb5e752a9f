/**
 * What a shell sources. Each hands the words up to the cursor over as arguments, so that nothing that was typed, and no answer, is ever evaluated,
 * and completes file names where there is no candidate.
 */
export const completionScripts = {
  bash: `# bash completion for ami-publisher
_ami_publisher() {
  local candidate
  COMPREPLY=()
  while IFS= read -r candidate; do
    COMPREPLY+=("$candidate")
  done < <("$1" complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _ami_publisher ami-publisher
`,
  zsh: `#compdef ami-publisher
# zsh completion for ami-publisher
_ami_publisher() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" complete zsh "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${candidates[1]}" ]]; then
    _describe 'ami-publisher' candidates
  else
    compset -P 1 '--*='
    _files
  fi
}
if [[ "\${funcstack[1]}" == _ami_publisher ]]; then
  _ami_publisher
else
  compdef _ami_publisher ami-publisher
fi
`,
  fish: `# fish completion for ami-publisher
function __ami_publisher_candidates
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l candidates ($words[1] complete fish $words[2..-1] "$current" 2>/dev/null)
    if set -q candidates[1]
        printf '%s\\n' $candidates
    else
        set -l option (string match --regex '^--[^=]+=' -- "$current")
        set -l file (string replace --regex '^--[^=]+=' '' -- "$current")
        printf "$option%s\\n" (__fish_complete_path "$file")
    end
end
complete --command ami-publisher --no-files --arguments '(__ami_publisher_candidates)'
`,
} as const;

export type Shell = keyof typeof completionScripts;

export const isShell = (text: string | undefined): text is Shell =>
  text !== undefined && Object.hasOwn(completionScripts, text);
