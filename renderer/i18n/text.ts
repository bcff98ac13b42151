import i18next, { type i18n, type ParseKeys, type TFunction } from 'i18next'
import { createElement, type ReactNode } from 'react'
import { I18nProvider } from 'react-aria-components'
import { I18nextProvider, initReactI18next, useTranslation } from 'react-i18next'
import { english } from './english.ts'
import { pseudo } from './pseudo.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'window'
    resources: { window: typeof english }
    returnNull: false
  }
}

export type Text = TFunction
export type TextKey = ParseKeys

/** Languages a person can choose, by their own names. */
export const LANGUAGES = [{ id: 'en', name: 'English' }]

export function createText(language: string): i18n {
  const text = i18next.createInstance()
  void text.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    defaultNS: 'window',
    ns: ['window'],
    initAsync: false,
    interpolation: { escapeValue: false },
    resources: { en: { window: english }, 'en-XA': { window: pseudo(english) } },
  })
  return text
}

export function TextProvider({ text, children }: { text: i18n; children: ReactNode }) {
  return createElement(I18nextProvider, { i18n: text }, createElement(Controls, { children }))
}

/** Fields and lists speak our language and write its figures, not those of the browser. */
function Controls({ children }: { children: ReactNode }) {
  return createElement(I18nProvider, { locale: useText().language, children })
}

/** `t`, and the language that figures and times are written in. */
export function useText(): { t: Text; language: string } {
  const { t, i18n } = useTranslation()
  return { t, language: i18n.language === 'en-XA' ? 'en' : i18n.language }
}
